import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface RecordFile<T> {
  load(): T[];
  save(records: Iterable<T>): void;
}

export const NO_FILE: RecordFile<never> = { load: () => [], save: () => {} };

/** A JSON file that only its owner can read. It is replaced atomically: a crash leaves the old one or the new one. */
export function recordFile<T>(folder: string, name: string): RecordFile<T> {
  const path = join(folder, name);
  return {
    load: () => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : []),
    save(records) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const next = `${path}.next`;
      writeFileSync(next, JSON.stringify([...records], undefined, 2), { mode: 0o600 });
      renameSync(next, path);
    },
  };
}
