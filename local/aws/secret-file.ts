import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SecretRecord } from "./secret-record.ts";

export interface SecretFile {
  load(): SecretRecord[];
  save(secrets: Iterable<SecretRecord>): void;
}

export const NO_FILE: SecretFile = { load: () => [], save: () => {} };

/** One JSON file, for its owner's eyes only; a crash leaves the old one or the new one, never half. */
export function secretFile(folder: string): SecretFile {
  const path = join(folder, "secrets.json");
  return {
    load: () => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : []),
    save(secrets) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const next = `${path}.next`;
      writeFileSync(next, JSON.stringify([...secrets], undefined, 2), { mode: 0o600 });
      renameSync(next, path);
    },
  };
}
