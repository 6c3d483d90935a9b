import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Removal } from "../../docs/threats/threat.ts";

/**
 * Copies the repository as it is, committed or not, without what Git ignores. Files are copied, never linked: what a
 * test writes must not reach the original. Packages are linked one by one, so that caches are the copy's own.
 */
export function copyRepository(root: string): string {
  const copy = mkdtempSync(path.join(tmpdir(), "token-vending-threats-"));
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const files = execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\0");
  for (const file of files) {
    const source = path.join(root, file);
    if (file !== "" && existsSync(source)) cpSync(source, path.join(copy, file));
  }
  const packages = path.join(copy, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    const isCache = name.startsWith(".") && name !== ".bin";
    if (!isCache) symlinkSync(path.join(root, "node_modules", name), path.join(packages, name));
  }
  return copy;
}

/** The text of a file without the mitigation. Fails unless the old text occurs exactly once, and the new one differs. */
export function withoutMitigation(text: string, { file, from, to }: Removal): string {
  const [before = "", ...rest] = text.split(from);
  if (rest.length !== 1 || from === to) {
    throw new Error(`${file} has ${JSON.stringify(from)} ${rest.length} times, not once.`);
  }
  return before + to + rest.join(from);
}

/** Applies a removal to the copy, and returns the function that takes it back. */
export function removeIn(copy: string, removal: Removal): () => void {
  const file = path.join(copy, removal.file);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, withoutMitigation(text, removal));
  return () => writeFileSync(file, text);
}
