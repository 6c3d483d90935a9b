import type { Connection } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  RejectionLevel,
  StoredToken,
  TokenRecord,
} from "../model/token-record.ts";
import { isDoubted } from "../model/token-record.ts";
import type { Item, ReadPart } from "./attributes.ts";
import {
  binaryOf,
  instantOf,
  levelOf,
  listOf,
  numberOf,
  optionalInstantOf,
  partReader,
  textOf,
} from "./attributes.ts";
import { readConsent } from "./consent-items.ts";
import { layout } from "./record-attributes.ts";
import { recordRevision, revisionOf } from "./revision.ts";

const epoch = new Date(0);

/**
 * An item as a record. What cannot be read of it is left out and named in `damage`; the next commit heals it. Fails with
 * `internal` for a record that a newer release wrote.
 */
export function readRecord(item: Item): TokenRecord {
  const damage: string[] = [];
  const part = partReader(damage);
  refuseNewer(part(() => (item["layout"] ? numberOf(item, "layout") : layout), layout));
  const ledger = part(
    () => listOf(item, "ledger").map((entry) => readLedgerEntry(entry.M ?? {})),
    [],
  );
  const token = part(() => (item["sealed"] ? readToken(item, part) : null), null);
  return {
    connection: (item["pk"]?.S ?? "") as Connection,
    revision: revisionOf(item, recordRevision),
    fence: part(() => numberOf(item, "fence"), 0),
    // A version must not be given out twice.
    version: part(() => numberOf(item, "version"), Math.max(0, ...ledger.map(versionOf))),
    token,
    consent: readConsent(item, part),
    doubtedAt: readDoubt(item, token, part),
    lease: item["leaseOwner"] ? part(() => readLease(item), lostLease) : null,
    failure: part(() => readFailure(item["failure"]?.M), null),
    rejections: part(() => readRejections(item), null),
    revocationScope: item["scope"]?.S ?? null,
    typicalIssueMs: part(
      () => (item["typicalIssueMs"] ? numberOf(item, "typicalIssueMs") : null),
      null,
    ),
    ledger,
    damage,
  };
}

function refuseNewer(written: number): void {
  if (written <= layout) return;
  const detail = `This record has layout ${written}; this release understands ${layout}. Deploy the newer release.`;
  throw new VendingError("internal", detail);
}

/** Nobody knows whose it is or when it ends: it counts as abandoned. */
const lostLease: Lease = { owner: "", since: epoch, until: epoch, reason: "takeover" };

function versionOf({ version }: LedgerEntry): number {
  return version;
}

/** What only the schedule reads costs no token. */
function readToken(item: Item, part: ReadPart): StoredToken {
  return {
    sealed: binaryOf(item, "sealed"),
    fingerprint: textOf(item, "fingerprint"),
    committedBy: item["tokenOwner"]?.S ?? "",
    issuedUnder: (item["issuedUnder"]?.S ?? null) as StoredToken["issuedUnder"],
    requestedAt: instantOf(item, "requestedAt"),
    issuedAt: instantOf(item, "issuedAt"),
    usableUntil: optionalInstantOf(item, "usableUntil"),
    expiresAt: optionalInstantOf(item, "expiresAt"),
    renewAt: instantOf(item, "renewAt"),
    secretVersion: textOf(item, "secretVersion"),
    keepAliveUntil: part(() => optionalInstantOf(item, "keptUntil"), null),
    due: part(() => readDue(item), null),
  };
}

/** The first release had its index sorted by `renewAt`: its records have no `dueAt`, and are due then. */
function readDue(item: Item): StoredToken["due"] {
  if (!item["dueRealm"]) return null;
  const [at, until] = item["dueAt"]
    ? (["dueAt", "dueUntil"] as const)
    : (["renewAt", "keptUntil"] as const);
  return { at: instantOf(item, at), until: instantOf(item, until) };
}

/** Releases before 0.2 say only that there is a doubt: it is about the stored token. */
function readDoubt(item: Item, token: StoredToken | null, part: ReadPart): Date | null {
  const doubtedAt = part(() => optionalInstantOf(item, "doubtedAt"), null);
  const isUnexplained = item["suspect"]?.BOOL && !isDoubted({ token, doubtedAt });
  return isUnexplained && token ? token.issuedAt : doubtedAt;
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
    secretVersion: fields["secretVersion"]?.S ?? null,
    refusedSecretVersion: fields["refusedSecretVersion"]?.S ?? null,
  };
}

/** Releases before 0.2 list the rejections of the last ten minutes. */
function readRejections(item: Item): RejectionLevel | null {
  if (item["rejectionLevel"]) {
    return { level: levelOf(item, "rejectionLevel"), at: instantOf(item, "rejectionLevelAt") };
  }
  const instants = listOf(item, "rejectionsAt").map((rejectionsAt) =>
    instantOf({ rejectionsAt }, "rejectionsAt"),
  );
  const latest = instants.at(-1);
  return latest ? { level: instants.length, at: latest } : null;
}

function readLedgerEntry(fields: Item): LedgerEntry {
  return {
    at: instantOf(fields, "at"),
    fence: numberOf(fields, "fence"),
    owner: fields["owner"]?.S ?? "",
    version: numberOf(fields, "version"),
    reason: textOf(fields, "reason") as LedgerEntry["reason"],
    latencyMs: numberOf(fields, "latencyMs"),
    fingerprint: fields["fingerprint"]?.S ?? null,
    outcome: textOf(fields, "outcome") as LedgerEntry["outcome"],
  };
}
