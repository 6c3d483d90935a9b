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

/** A file's text with the defect. Fails unless the text that it replaces occurs exactly once. */
export function plantDefect(text: string, { file, find, replacement }: PlantedDefect): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`"${find}" is ${parts.length - 1} times in ${file}.`);
  return parts.join(replacement);
}

/** Copies the client's folder, plants the defect there, and removes the copy after use. */
export async function withDefect<T>(
  folder: string,
  planted: PlantedDefect,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const copy = mkdtempSync(path.join(tmpdir(), "broken-client-"));
  try {
    // Not what is built meanwhile.
    cpSync(folder, copy, { recursive: true, filter: (from) => path.basename(from) !== "dist" });
    const file = path.join(copy, planted.file);
    writeFileSync(file, plantDefect(readFileSync(file, "utf8"), planted));
    return await use(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
