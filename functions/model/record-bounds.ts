import { msBetween, plusMs } from "./clock.ts";
import {
  keepAliveMs,
  maxLeaseMs,
  maxLifetimeMs,
  maxMarginMs,
  maxRecheckMs,
  maxRetryPauseMs,
  renewalGraceMs,
} from "./time-limits.ts";
import type { Failure, Lease, RejectionLevel, StoredToken, TokenRecord } from "./token-record.ts";

/**
 * How far ahead of our clock an instant in the past may seem to be: twice the clock skew, and some delay. Beyond that the
 * writer's clock was wrong, or ours is.
 */
const toleranceMs = 1000;

const epoch = new Date(0);

/** The process that reads a record, and the time. */
export interface Reader {
  readonly now: Date;
  /** The process's name, the prefix of its lease owners. */
  readonly process: string;
  /** When this process first saw a lease. */
  firstSeenAt(lease: Lease): Date;
}

/**
 * Corrects instants that a wrong clock wrote, so that such a clock costs the other processes at most one lease and one
 * renewal. Names the corrected attributes in `damage`.
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
    // The stored token stays in doubt; the next token will not be.
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

/** A write to the record: by which process, and when by its clock. */
interface Write {
  readonly process: string;
  readonly at: Date;
}

/**
 * Whether our own clock is the wrong one: two other processes wrote instants that lie ahead for us, and no other process
 * contradicts them. The record's instants then count as they are.
 */
function isOwnClockBehind(record: TokenRecord, reader: Reader): boolean {
  const writes = writesOf(record).filter(({ process }) => process !== reader.process);
  const undisputed = writes.filter(
    (write, index) =>
      isAhead(write.at, reader.now) &&
      !writes.slice(index + 1).some((next) => isDisputedBy(write, next)),
  );
  return new Set(undisputed.map(({ process }) => process)).size > 1;
}

/** A later write has an earlier instant by another process's clock. */
function isDisputedBy(write: Write, next: Write): boolean {
  return next.process !== write.process && isAhead(write.at, next.at);
}

/**
 * The writes that the record remembers, oldest first. Earlier releases stored no owner, and left the one that was stored
 * with the token before.
 */
function writesOf({ token, lease, ledger, version: latest }: TokenRecord): Write[] {
  // The instant of a late issue is older than its place in the ledger.
  const entries = ledger.filter(({ outcome }) => outcome !== "late");
  const isListed = entries.some(
    ({ outcome, version }) => outcome === "issued" && version === latest,
  );
  const written: (readonly [owner: string, at: Date])[] = [
    ...entries.map(({ owner, at }) => [owner, at] as const),
    ...(token && !isListed ? [[token.committedBy, token.issuedAt] as const] : []),
    ...(lease ? [[lease.owner, lease.since] as const] : []),
  ];
  return written.flatMap(([owner, at]) =>
    owner === "" ? [] : [{ process: processOf(owner), at }],
  );
}

/** The part of an owner before the last dot. */
function processOf(owner: string): string {
  const end = owner.lastIndexOf(".");
  return end < 0 ? owner : owner.slice(0, end);
}

/**
 * A token whose times cannot be counts as expired, because its beginning is unknown. A key that does not expire stays
 * usable, and is compared with its secret.
 */
function boundToken(token: StoredToken, now: Date): StoredToken {
  const { usableUntil } = token;
  const isValid = isPossible(token, now);
  const renewAt = isValid ? token.renewAt : epoch;
  const keepAliveUntil = boundKeepAlive(token, renewAt, now);
  if (isValid)
    return keepAliveUntil === token.keepAliveUntil ? token : { ...token, keepAliveUntil };
  const bounded = { ...token, renewAt, keepAliveUntil, usableUntil: usableUntil && epoch };
  return { ...bounded, requestedAt: epoch, issuedAt: epoch };
}

/** What margin, call and rounding add to a token's use before the next may be requested. */
const maxHandoverMs = maxMarginMs + maxLeaseMs;

function isPossible(token: StoredToken, now: Date): boolean {
  const { requestedAt, issuedAt, usableUntil, renewAt, issuedUnder } = token;
  if (isAhead(issuedAt, now) || isAhead(requestedAt, now)) return false;
  if (usableUntil === null && issuedUnder === "by-consent") {
    return msBetween(issuedAt, renewAt) <= maxLifetimeMs;
  }
  if (usableUntil === null || issuedUnder === "on-rotation") {
    return !isAhead(plusMs(renewAt, -maxRecheckMs), now);
  }
  return (
    msBetween(issuedAt, usableUntil) <= maxLifetimeMs &&
    msBetween(usableUntil, renewAt) <= maxHandoverMs
  );
}

/** Until when a renewal for a caller keeps a connection alive: for an hour, and at least for its next renewal. */
export function keepAliveAfter(now: Date, renewAt: Date): Date {
  return new Date(Math.max(Number(now) + keepAliveMs, Number(renewAt) + renewalGraceMs));
}

/** Else the schedule would renew an unused connection for as long as a clock was ahead. */
function boundKeepAlive(
  { keepAliveUntil }: StoredToken,
  renewAt: Date,
  now: Date,
): StoredToken["keepAliveUntil"] {
  const latest = keepAliveAfter(now, renewAt);
  return keepAliveUntil && isAhead(keepAliveUntil, latest) ? latest : keepAliveUntil;
}

/** Whatever its holder's clock: a lease lasts at most its own duration from when this process first saw it. */
function boundLease(lease: Lease, { now, firstSeenAt }: Reader): Lease {
  const seenAt = firstSeenAt(lease);
  const durationMs = msBetween(lease.since, lease.until);
  const maxMs = durationMs >= 0 ? Math.min(durationMs, maxLeaseMs) : maxLeaseMs;
  const end = plusMs(seenAt, maxMs);
  return {
    ...lease,
    since: isAhead(lease.since, now) ? seenAt : lease.since,
    until: durationMs >= 0 && lease.until < end ? lease.until : end,
    wornOutAt: end,
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
