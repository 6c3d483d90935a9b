import * as v from "valibot";
import type { Connection } from "../model/connection.ts";
import { accountOf, accountPattern, realmOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import { parseJson } from "../platform/parse-json.ts";

/** Where a page of connections ended, and the requested realm; null for all realms. */
export interface Position {
  readonly realm: string | null;
  readonly after: Connection;
}

type Fingerprint = (text: string) => string;

const shape = v.strictTuple([v.nullable(v.string()), v.string()]);

/**
 * A position as opaque text, safe in a query. Its fingerprint detects text that was changed or cut off. It is no
 * authentication, and needs to be none: a position grants no access.
 */
export function cursorOf({ realm, after }: Position, fingerprint: Fingerprint): string {
  const text = JSON.stringify([realm, after]);
  return `${Buffer.from(text).toString("base64url")}.${fingerprint(text)}`;
}

/** Fails with `invalid-request` for text that `cursorOf` did not make. */
export function positionOf(cursor: string, fingerprint: Fingerprint): Position {
  const [encoded = ""] = cursor.split(".");
  const result = v.safeParse(shape, parseJson(Buffer.from(encoded, "base64url").toString("utf8")));
  const [realm, after] = result.success ? result.output : [null, ""];
  const position = { realm, after: after as Connection };
  const isOurs = isConsistent(position) && cursor === cursorOf(position, fingerprint);
  if (isOurs) return position;
  throw new VendingError("invalid-request", "cursor: must be the cursor of an earlier answer.");
}

function isConsistent({ realm, after }: Position): boolean {
  return accountPattern.test(accountOf(after)) && (realm === null || realm === realmOf(after));
}
