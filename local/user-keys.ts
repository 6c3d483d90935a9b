import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import type { AccessKeys } from "./aws/sigv4/principals.ts";

const keysSchema = v.record(
  v.string(),
  v.object({ accessKeyId: v.string(), secretAccessKey: v.string() }),
);

/** The users' access keys of earlier runs, so that what was configured yesterday works today. New ones are kept. */
export function keptUserKeys(
  folder: string,
): (user: string, generate: () => AccessKeys) => AccessKeys {
  const file = path.join(folder, "user-keys.json");
  const kept = readKeys(file);
  return (user, generate) => {
    const known = kept[user];
    if (known) return known;
    const { accessKeyId, secretAccessKey } = generate();
    kept[user] = { accessKeyId, secretAccessKey };
    writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
    return kept[user];
  };
}

/** None where the file is missing or damaged. */
function readKeys(file: string): v.InferOutput<typeof keysSchema> {
  try {
    return v.parse(keysSchema, JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}
