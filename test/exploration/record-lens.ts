import type { Connection } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import type { Item } from "../support/dynamodb-expressions.ts";

/*
 * All that the exploration knows of how the table's items are laid out, and what it reads off a record. Whoever changes
 * the record's layout or its meaning changes this file.
 */

const known = new WeakMap<Item, TokenRecord>();

/** The record that an item holds; null for an item of another kind, and for none. */
export function recordIn(item: Item | null | undefined): TokenRecord | null {
  if (!item || !isConnection(item["pk"]?.S ?? "")) return null;
  const before = known.get(item);
  if (before) return before;
  const record = readRecord({ ...item });
  known.set(item, record);
  return record;
}

/** Claims of revocation scopes stand beside the connections; `~` begins no account. */
export function isConnection(pk: string): pk is Connection {
  return !pk.includes("/~");
}

/** A lease's owner is named after its process (explored-dependencies.ts). */
export function isHeldBy(record: TokenRecord | null, process: string): boolean {
  return record?.lease?.owner.startsWith(`${process}.`) ?? false;
}

/** What changed from one record to the next, in a few words. */
export function changeBetween(before: TokenRecord | null, after: TokenRecord | null): string {
  if (!after) return "the record is removed";
  const said: string[] = [];
  const { lease, token, failure, consent } = after;
  if (lease && lease.owner !== before?.lease?.owner) {
    said.push(`lease ${after.fence} for ${lease.owner} (${lease.reason})`);
  }
  if (before?.lease && !lease) said.push(`lease ${before.fence} ends`);
  if (token && token.fingerprint !== before?.token?.fingerprint) {
    said.push(`version ${after.version} is ${token.fingerprint}`);
  }
  if (before?.token && !token) said.push("no token any more");
  if (failure && failure.at.getTime() !== before?.failure?.at.getTime()) {
    said.push(`failed: ${failure.code}`);
  }
  if (before?.failure && !failure) said.push("the failure is over");
  const [was, is] = [before !== null && isDoubted(before), isDoubted(after)];
  if (was !== is) said.push(is ? "doubted" : "no doubt");
  const [had, has] = [before, after].map((record) => record?.consent?.refresh?.fingerprint);
  if (had !== has) said.push(has ? `refresh token ${has}` : "no refresh token");
  if (before?.consent && !consent) said.push("no consent any more");
  const late = after.ledger.findLast(({ outcome }) => outcome === "late");
  const isLateNew =
    late && !before?.ledger.some(({ fingerprint }) => fingerprint === late.fingerprint);
  if (isLateNew) said.push(`${late.fingerprint} was late`);
  return said.join(", ") || "nothing that counts";
}

/** What a reader sees. */
export function summaryOf(record: TokenRecord | null): string {
  if (!record) return "nothing there";
  const { version, token, lease, failure } = record;
  const said = [token ? `version ${version}, ${token.fingerprint}` : "no token"];
  if (isDoubted(record)) said.push("doubted");
  if (lease) said.push(`leased to ${lease.owner}`);
  if (failure) said.push(`failed: ${failure.code}`);
  return said.join(", ");
}
