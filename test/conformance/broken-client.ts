import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A client that breaks one promise: the real one with one text replaced. */
export interface PlantedDefect {
  /** What it does wrong, in words. */
  readonly defect: string;
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replacement: string;
  /** Each of these cases fails. */
  readonly caughtBy: readonly string[];
}

/** Copies the client's folder, plants the defect there, and removes the copy after use. */
export async function withDefect<T>(
  folder: string,
  { file, find, replacement }: PlantedDefect,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const copy = mkdtempSync(path.join(tmpdir(), "broken-client-"));
  try {
    cpSync(folder, copy, { recursive: true });
    const whole = readFileSync(path.join(copy, file), "utf8");
    const parts = whole.split(find);
    if (parts.length !== 2) throw new Error(`"${find}" is ${parts.length - 1} times in ${file}.`);
    writeFileSync(path.join(copy, file), parts.join(replacement));
    return await use(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
