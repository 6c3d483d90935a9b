import * as v from "valibot";
import type { Connection } from "../model/connection.ts";
import { accountOf, accountPattern, realmOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import { parseJson } from "../platform/parse-json.ts";

/** Where a page of connections ended, and which realm was asked for; null for all of them. */
export interface Position {
  readonly realm: string | null;
  readonly after: Connection;
}

type Fingerprint = (text: string) => string;

const shape = v.strictTuple([v.nullable(v.string()), v.string()]);

/**
 * A position as an opaque text that goes into a query as it is. Its fingerprint keeps a text that was changed, cut or
 * guessed from being taken for another position; it is no secret, for a position opens nothing.
 */
export function cursorOf({ realm, after }: Position, fingerprint: Fingerprint): string {
  const text = JSON.stringify([realm, after]);
  return `${Buffer.from(text).toString("base64url")}.${fingerprint(text)}`;
}

/** Fails with `invalid-request` for a text that is no cursor of ours. */
export function positionOf(cursor: string, fingerprint: Fingerprint): Position {
  const [encoded = ""] = cursor.split(".");
  const result = v.safeParse(shape, parseJson(Buffer.from(encoded, "base64url").toString("utf8")));
  const [realm, after] = result.success ? result.output : [null, ""];
  const position = { realm, after: after as Connection };
  const isOurs = isConsistent(position) && cursor === cursorOf(position, fingerprint);
  if (isOurs) return position;
  throw new VendingError("invalid-request", "cursor: is none that an earlier answer gave.");
}

function isConsistent({ realm, after }: Position): boolean {
  return accountPattern.test(accountOf(after)) && (realm === null || realm === realmOf(after));
}
