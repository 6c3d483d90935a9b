import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Connection } from "../model/connection.ts";
import { realmOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  StoredToken,
  TokenRecord,
} from "../model/token-record.ts";
import type { Attributes, Item } from "./attributes.ts";
import {
  count,
  flag,
  instant,
  instantOf,
  listOf,
  missing,
  numberOf,
  optionalInstantOf,
  text,
  textOf,
} from "./attributes.ts";
import { readConsent } from "./consent-items.ts";

/**
 * The layout that this release writes. A record of a newer one is refused, never guessed at; attributes that an earlier
 * release did not know are made up for as they are read, and written with the next commit.
 */
const layout = 1;

export function tokenAttributes(connection: Connection, token: StoredToken): Attributes {
  return {
    layout: count(layout),
    sealed: { B: token.sealed },
    fingerprint: text(token.fingerprint),
    tokenFence: count(token.fence),
    requestedAt: instant(token.requestedAt),
    issuedAt: instant(token.issuedAt),
    usableUntil: token.usableUntil && instant(token.usableUntil),
    expiresAt: token.expiresAt && instant(token.expiresAt),
    renewAt: instant(token.renewAt),
    secretVersion: text(token.secretVersion),
    keptUntil: token.keepAliveUntil && instant(token.keepAliveUntil),
    // The keys of the sparse index: only what the schedule is to renew has them.
    dueRealm: token.due && text(realmOf(connection)),
    dueAt: token.due && instant(token.due.at),
    dueUntil: token.due && instant(token.due.until),
  };
}

export const tokenNames = [
  "sealed",
  "fingerprint",
  "tokenFence",
  "requestedAt",
  "issuedAt",
  "usableUntil",
  "expiresAt",
  "renewAt",
  "secretVersion",
  "keptUntil",
];
export const dueNames = ["dueRealm", "dueAt", "dueUntil"];

export function leaseAttributes(lease: Lease): Attributes {
  return {
    layout: count(layout),
    leaseOwner: text(lease.owner),
    leaseSince: instant(lease.since),
    leaseUntil: instant(lease.until),
    leaseReason: text(lease.reason),
  };
}

export const leaseNames = ["leaseOwner", "leaseSince", "leaseUntil", "leaseReason"];

export function failureAttributes(failure: Failure): Attributes {
  const { code, detail, at, retryAt, refusedSecretVersion } = failure;
  const fields = {
    code: text(code),
    detail: text(detail),
    at: instant(at),
    count: count(failure.count),
    retryAt: instant(retryAt),
    ...(refusedSecretVersion === null ? {} : { refusedSecretVersion: text(refusedSecretVersion) }),
  };
  return { failure: { M: fields } };
}

export function ledgerAttributes(ledger: readonly LedgerEntry[]): Attributes {
  return { ledger: ledger.length > 0 ? { L: ledger.map(ledgerAttribute) } : null };
}

export function rejectionsAttribute(rejectionsAt: readonly Date[]): Attributes {
  return { rejectionsAt: rejectionsAt.length > 0 ? { L: rejectionsAt.map(instant) } : null };
}

function ledgerAttribute(entry: LedgerEntry): AttributeValue {
  return {
    M: {
      at: instant(entry.at),
      fence: count(entry.fence),
      version: count(entry.version),
      reason: text(entry.reason),
      latencyMs: count(entry.latencyMs),
      outcome: text(entry.outcome),
      ...(entry.fingerprint === null ? {} : { fingerprint: text(entry.fingerprint) }),
    },
  };
}

export const suspectAttribute = (suspect: boolean): Attributes => ({
  suspect: suspect ? flag(true) : null,
});

/** Fails with `internal` when the item was written by a newer release or is not a record at all. */
export function readRecord(item: Item): TokenRecord {
  const written = item["layout"] ? Number(item["layout"].N) : layout;
  if (!(written <= layout)) {
    const detail = `This record has layout ${written}; this release understands ${layout}. Deploy the newer release.`;
    throw new VendingError("internal", detail);
  }
  return {
    connection: textOf(item, "pk") as Connection,
    fence: numberOf(item, "fence"),
    version: numberOf(item, "version"),
    token: item["sealed"] ? readToken(item) : null,
    consent: readConsent(item),
    suspect: item["suspect"]?.BOOL ?? false,
    lease: item["leaseOwner"] ? readLease(item) : null,
    failure: readFailure(item["failure"]?.M),
    rejectionsAt: listOf(item, "rejectionsAt").map((at) => new Date(Number(at.N))),
    revocationScope: item["scope"]?.S ?? null,
    typicalIssueMs: item["typicalIssueMs"] ? numberOf(item, "typicalIssueMs") : null,
    ledger: listOf(item, "ledger").map((entry) => readLedgerEntry(entry.M ?? {})),
  };
}

function readToken(item: Item): StoredToken {
  return {
    sealed: item["sealed"]?.B ?? missing("sealed"),
    fingerprint: textOf(item, "fingerprint"),
    fence: numberOf(item, "tokenFence"),
    requestedAt: instantOf(item, "requestedAt"),
    issuedAt: instantOf(item, "issuedAt"),
    usableUntil: optionalInstantOf(item, "usableUntil"),
    expiresAt: optionalInstantOf(item, "expiresAt"),
    renewAt: instantOf(item, "renewAt"),
    secretVersion: textOf(item, "secretVersion"),
    keepAliveUntil: optionalInstantOf(item, "keptUntil"),
    due: readDue(item),
  };
}

/** An earlier release had its index sorted by `renewAt`: its records have no `dueAt`, and are due then. */
function readDue(item: Item): StoredToken["due"] {
  if (!item["dueRealm"]) return null;
  const [at, until] = item["dueAt"]
    ? (["dueAt", "dueUntil"] as const)
    : (["renewAt", "keptUntil"] as const);
  return { at: instantOf(item, at), until: instantOf(item, until) };
}

function readLease(item: Item): Lease {
  return {
    owner: textOf(item, "leaseOwner"),
    since: instantOf(item, "leaseSince"),
    until: instantOf(item, "leaseUntil"),
    reason: textOf(item, "leaseReason") as Lease["reason"],
  };
}

function readFailure(fields: Item | undefined): Failure | null {
  if (!fields) return null;
  return {
    code: textOf(fields, "code") as Failure["code"],
    detail: textOf(fields, "detail"),
    at: instantOf(fields, "at"),
    count: numberOf(fields, "count"),
    retryAt: instantOf(fields, "retryAt"),
    refusedSecretVersion: fields["refusedSecretVersion"]?.S ?? null,
  };
}

function readLedgerEntry(fields: Item): LedgerEntry {
  return {
    at: instantOf(fields, "at"),
    fence: numberOf(fields, "fence"),
    version: numberOf(fields, "version"),
    reason: textOf(fields, "reason") as LedgerEntry["reason"],
    latencyMs: numberOf(fields, "latencyMs"),
    fingerprint: fields["fingerprint"]?.S ?? null,
    outcome: textOf(fields, "outcome") as LedgerEntry["outcome"],
  };
}
