import type { Clock } from "../model/clock.ts";
import { msBetween, plusMs, stopwatch } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { problemCodes } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { Metrics } from "../model/metrics.ts";
import { boundRecord } from "../model/record-bounds.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  RejectionLevel,
  StoredConsent,
  StoredRefreshToken,
  StoredToken,
  TokenRecord,
  TokenTerms,
} from "../model/token-record.ts";
import { isDoubted, termsOf } from "../model/token-record.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { Item, ReadPart } from "./attributes.ts";
import {
  binaryOf,
  instantOf,
  levelOf,
  listOf,
  numberOf,
  oneOf,
  optionalInstantOf,
  partReader,
  readFingerprint,
  textOf,
} from "./attributes.ts";
import { recordRevision, revisionOf } from "./conditional-write.ts";
import { layout, refuseNewer } from "./record-attributes.ts";

const maxEntries = 1000;
const reportEveryMs = 60_000;
/** Within this time an older record may be the answer to an earlier request, which a later one has overtaken. */
const maxRequestMs = 5000;

/** A record as this process has read it last. */
type Sighting = Pick<TokenRecord, "fence" | "version"> & { readonly ageMs: () => number };

/**
 * Parses items and bounds their instants (model/record-bounds.ts). Logs and counts damage, once a minute for each
 * connection, and records that are older than what was read before.
 */
export function recordReader({
  clock,
  log,
  metrics,
  process,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics | null;
  /** The prefix of this process's lease owners. */
  readonly process: string;
}): (item: Item) => TokenRecord {
  /** Counted from when each lease was first seen, because the clock may be corrected meanwhile. */
  const leasesSeen = new LruCache<() => number>(maxEntries);
  const reportedAt = new LruCache<Date>(maxEntries);
  const latest = new LruCache<Sighting>(maxEntries);
  /** Of the record read last that has one: it stands in where a connection was never renewed. */
  let lastRenewalMs: number | null = null;

  const firstSeenAt = (now: Date) => (lease: Lease) => {
    const countdown = leasesSeen.get(lease.owner) ?? clock.countdown(0);
    leasesSeen.set(lease.owner, countdown);
    return plusMs(now, countdown());
  };

  function report({ connection, damage }: TokenRecord, now: Date): void {
    const lastAt = reportedAt.get(connection);
    if (lastAt && Math.abs(msBetween(lastAt, now)) < reportEveryMs) return;
    reportedAt.set(connection, now);
    log.error("record-damaged", { connection, damage });
    metrics?.record("DamagedRecords", 1);
  }

  /** Fences and versions only grow: a smaller one shows that an old row was put back, or a row deleted. It is still used. */
  function reportIfOlder({ connection, fence, version }: TokenRecord): void {
    const before = latest.get(connection);
    const isOlder = before && (fence < before.fence || version < before.version);
    if (isOlder && before.ageMs() < maxRequestMs) return;
    latest.set(connection, { fence, version, ageMs: stopwatch(clock) });
    if (!isOlder) return;
    const had = { fenceBefore: before.fence, versionBefore: before.version };
    log.error("record-went-back", { connection, fence, version, ...had });
    metrics?.record("DamagedRecords", 1);
  }

  return (item) => {
    const now = clock.now();
    const reader = { now, process, firstSeenAt: firstSeenAt(now) };
    const record = boundRecord(readRecord(item), reader);
    if (record.damage.length > 0) report(record, now);
    else reportIfOlder(record);
    lastRenewalMs = record.typicalRenewalMs ?? lastRenewalMs;
    return { ...record, typicalRenewalMs: lastRenewalMs };
  };
}

const epoch = new Date(0);

/**
 * Parses an item. Attributes that cannot be read get harmless values and are named in `damage`; the next commit repairs
 * them. Fails with `internal` for a record that a newer release wrote.
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
    // A version must never be used twice.
    version: part(() => numberOf(item, "version"), Math.max(0, ...ledger.map(versionOf))),
    token,
    consent: readConsent(item, part),
    doubtedAt: readDoubt(item, token, part),
    lease: item["leaseOwner"] ? part(() => readLease(item), lostLease) : null,
    failure: part(() => readFailure(item["failure"]?.M), null),
    rejections: part(() => readRejections(item), null),
    revocationScope: item["scope"]?.S ?? null,
    typicalRenewalMs: part(
      () => (item["typicalIssueMs"] ? numberOf(item, "typicalIssueMs") : null),
      null,
    ),
    ledger,
    damage,
  };
}

/** Replaces a damaged lease, whose owner and end are unknown: it counts as abandoned. */
const lostLease: Lease = { owner: "", since: epoch, until: epoch, reason: "takeover" };

function versionOf({ version }: LedgerEntry): number {
  return version;
}

/** What only the schedule reads costs no token. */
function readToken(item: Item, part: ReadPart): StoredToken {
  const terms: TokenTerms = {
    fingerprint: readFingerprint(item, "fingerprint"),
    issuedUnder: (item["issuedUnder"]?.S ?? null) as StoredToken["issuedUnder"],
    requestedAt: instantOf(item, "requestedAt"),
    issuedAt: instantOf(item, "issuedAt"),
    usableUntil: optionalInstantOf(item, "usableUntil"),
    expiresAt: optionalInstantOf(item, "expiresAt"),
    secretVersion: textOf(item, "secretVersion"),
  };
  return {
    ...terms,
    terms: termsOf(terms),
    sealed: binaryOf(item, "sealed"),
    committedBy: item["tokenOwner"]?.S ?? "",
    renewAt: instantOf(item, "renewAt"),
    keepAliveUntil: part(() => optionalInstantOf(item, "keptUntil"), null),
    due: part(() => readDue(item), null),
  };
}

/** Records of the first release have no `dueAt`: they are due at `renewAt`. */
function readDue(item: Item): StoredToken["due"] {
  if (!item["dueRealm"]) return null;
  const [at, until] = item["dueAt"]
    ? (["dueAt", "dueUntil"] as const)
    : (["renewAt", "keptUntil"] as const);
  return { at: instantOf(item, at), until: instantOf(item, until) };
}

/** Releases before 0.2 store only that there is a doubt, without its instant: it concerns the stored token. */
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
    code: oneOf(problemCodes, fields, "code"),
    detail: textOf(fields, "detail"),
    at: instantOf(fields, "at"),
    count: numberOf(fields, "count"),
    retryAt: instantOf(fields, "retryAt"),
    secretVersion: fields["secretVersion"]?.S ?? null,
    refusedSecretVersion: fields["refusedSecretVersion"]?.S ?? null,
  };
}

/** Releases before 0.2 store a list of the rejections of the last ten minutes. */
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

function readRefreshToken(item: Item, part: ReadPart): StoredRefreshToken {
  return {
    sealed: binaryOf(item, "sealedRefresh"),
    version: numberOf(item, "refreshVersion"),
    fingerprint: textOf(item, "refreshFingerprint"),
    endsAt: part(() => optionalInstantOf(item, "refreshEndsAt"), null),
  };
}

/** Null where nobody has consented. A damaged instant does not end a consent. */
function readConsent(item: Item, part: ReadPart): StoredConsent | null {
  if (!item["consentedAt"]) return null;
  return {
    consentedAt: part(() => instantOf(item, "consentedAt"), new Date(0)),
    refresh: item["sealedRefresh"] ? part(() => readRefreshToken(item, part), null) : null,
    grantedScope: item["grantedScope"]?.S ?? null,
    subject: item["subject"]?.S ?? null,
    customer: item["customer"]?.S ?? null,
  };
}
