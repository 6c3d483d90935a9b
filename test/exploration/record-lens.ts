import type { Connection } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";

/*
 * All that the exploration knows of how the table's items are laid out, and what it reads off a record. Whoever changes
 * the record's layout or its meaning changes this file.
 */
const known = new WeakMap<TableItem, TokenRecord>();

/** The record that an item holds; null for an item of another kind, and for none. */
export function recordIn(item: TableItem | null | undefined): TokenRecord | null {
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
  const changes = [
    leaseChange(before, after),
    tokenChange(before, after),
    failureChange(before, after),
    doubtChange(before, after),
    consentChange(before, after),
    lateIssue(before, after),
  ];
  return changes.filter(Boolean).join(", ") || "nothing that counts";
}

type Change = (before: TokenRecord | null, after: TokenRecord) => string;

const leaseChange: Change = (before, { lease, fence }) => {
  if (lease && lease.owner !== before?.lease?.owner) {
    return `lease ${fence} for ${lease.owner} (${lease.reason})`;
  }
  return before?.lease && !lease ? `lease ${before.fence} ends` : "";
};

const tokenChange: Change = (before, { token, version }) => {
  if (!token) return before?.token ? "no token any more" : "";
  const isNew = token.fingerprint !== before?.token?.fingerprint;
  return isNew ? `version ${version} is ${token.fingerprint}` : "";
};

const failureChange: Change = (before, { failure }) => {
  if (!failure) return before?.failure ? "the failure is over" : "";
  const isNew = failure.at.getTime() !== before?.failure?.at.getTime();
  return isNew ? `failed: ${failure.code}` : "";
};

const doubtChange: Change = (before, after) => {
  const [was, is] = [before !== null && isDoubted(before), isDoubted(after)];
  if (was === is) return "";
  return is ? "doubted" : "no doubt";
};

const consentChange: Change = (before, after) => {
  const [had, has] = [before, after].map((record) => record?.consent?.refresh?.fingerprint);
  if (before?.consent && !after.consent) return "no consent any more";
  if (had === has) return "";
  return has ? `refresh token ${has}` : "no refresh token";
};

const lateIssue: Change = (before, { ledger }) => {
  const late = ledger.findLast(({ outcome }) => outcome === "late");
  const isKnown = before?.ledger.some(({ fingerprint }) => fingerprint === late?.fingerprint);
  return late && !isKnown ? `${late.fingerprint} was late` : "";
};

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
