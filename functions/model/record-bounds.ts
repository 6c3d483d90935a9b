import { msBetween, plusMs } from "./clock.ts";
import { maxLeaseMs, maxRetryPauseMs } from "./time-limits.ts";
import type { Failure, Lease, RejectionLevel, StoredToken, TokenRecord } from "./token-record.ts";

/**
 * How far in the future an instant may lie that is said to have passed: twice the declared clock skew, and some delay.
 * Beyond it the writer's clock was wrong, or ours is.
 */
const toleranceMs = 1000;

const epoch = new Date(0);

/** Who reads a record, and when. */
export interface Reader {
  readonly now: Date;
  /** The process's name, as its leases' owners begin. */
  readonly process: string;
  /** When this process first saw a lease. */
  firstSeenAt(lease: Lease): Date;
}

/**
 * A record in which no instant is impossible, so that one wrong clock costs the other processes at most one lease and one
 * issue (P14). What was impossible is named in `damage`.
 */
export function boundRecord(record: TokenRecord, reader: Reader): TokenRecord {
  const lease = record.lease && boundLease(record.lease, reader);
  if (isOwnClockBehind(record, reader)) return { ...record, lease };
  const { now } = reader;
  const damage = [...record.damage];
  const note = <T>(name: string, bounded: T, original: T): T => {
    if (bounded !== original) damage.push(name);
    return bounded;
  };
  const { failure, rejections, doubtedAt } = record;
  const token = note("token", record.token && boundToken(record.token, now), record.token);
  if (record.lease && !isLeasePossible(record.lease, now)) damage.push("lease");
  return {
    ...record,
    token,
    lease,
    failure: note("failure", failure && boundFailure(failure, now), failure),
    rejections: note("rejections", rejections && boundLevel(rejections, now), rejections),
    // The doubt itself stays; the next token is not under it.
    doubtedAt: note(
      "doubtedAt",
      doubtedAt && isAhead(doubtedAt, now) ? (token?.requestedAt ?? null) : doubtedAt,
      doubtedAt,
    ),
    damage,
  };
}

function isAhead(instant: Date, now: Date): boolean {
  return !(msBetween(now, instant) <= toleranceMs);
}

interface Writing {
  readonly process: string;
  readonly at: Date;
}

/**
 * Whether it is our own clock that is wrong: two other processes wrote instants that are still to come, and nobody but us
 * disputes them. The record is then taken at its word, which harms nobody else.
 */
function isOwnClockBehind(record: TokenRecord, reader: Reader): boolean {
  const writings = writingsOf(record).filter(({ process }) => process !== reader.process);
  const believed = writings.filter(
    (writing, index) =>
      isAhead(writing.at, reader.now) &&
      !writings.slice(index + 1).some((next) => isDisputedBy(writing, next)),
  );
  return new Set(believed.map(({ process }) => process)).size > 1;
}

/** What came after it was earlier by another process's clock. */
function isDisputedBy(writing: Writing, next: Writing): boolean {
  return next.process !== writing.process && isAhead(writing.at, next.at);
}

/** Which process wrote when by its own clock, in the order of their writes. Earlier releases named nobody. */
function writingsOf({ token, lease, ledger }: TokenRecord): Writing[] {
  // A late entry is older than its place.
  const entries = ledger.filter(({ outcome }) => outcome !== "late");
  const isListed = entries.some(({ owner }) => owner === token?.committedBy);
  const written: (readonly [owner: string, at: Date])[] = [
    ...entries.map(({ owner, at }) => [owner, at] as const),
    ...(token && !isListed ? [[token.committedBy, token.issuedAt] as const] : []),
    ...(lease ? [[lease.owner, lease.since] as const] : []),
  ];
  return written.flatMap(([owner, at]) =>
    owner === "" ? [] : [{ process: processOf(owner), at }],
  );
}

/** An owner names its process before the last dot. */
function processOf(owner: string): string {
  const end = owner.lastIndexOf(".");
  return end < 0 ? owner : owner.slice(0, end);
}

/** A token from the future has expired: its lifetime is known, its beginning is not. A key without end stays usable. */
function boundToken(token: StoredToken, now: Date): StoredToken {
  const { requestedAt, issuedAt, usableUntil } = token;
  const isPossible = !isAhead(issuedAt, now) && !isAhead(requestedAt, now);
  if (isPossible) return token;
  return {
    ...token,
    requestedAt: epoch,
    issuedAt: epoch,
    usableUntil: usableUntil && epoch,
    renewAt: epoch,
  };
}

/** Whatever its holder's clock says: it lasts no longer than its own duration from when its reader first saw it. */
function boundLease(lease: Lease, { now, firstSeenAt }: Reader): Lease {
  const seenAt = firstSeenAt(lease);
  const durationMs = msBetween(lease.since, lease.until);
  const longestMs = durationMs >= 0 ? Math.min(durationMs, maxLeaseMs) : maxLeaseMs;
  const end = plusMs(seenAt, longestMs);
  return {
    ...lease,
    since: isAhead(lease.since, now) ? seenAt : lease.since,
    until: durationMs >= 0 && lease.until < end ? lease.until : end,
  };
}

function isLeasePossible({ since, until }: Lease, now: Date): boolean {
  const durationMs = msBetween(since, until);
  return durationMs >= 0 && durationMs <= maxLeaseMs && !isAhead(since, now);
}

function boundFailure(failure: Failure, now: Date): Failure {
  const { at, retryAt } = failure;
  if (isAhead(at, now)) return { ...failure, at: now, retryAt: now };
  const latest = plusMs(at, maxRetryPauseMs);
  return retryAt <= latest ? failure : { ...failure, retryAt: latest };
}

function boundLevel(rejections: RejectionLevel, now: Date): RejectionLevel {
  return isAhead(rejections.at, now) ? { ...rejections, at: now } : rejections;
}
