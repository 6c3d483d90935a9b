import { maxLeaseMs, maxRetryPauseMs } from "./call-limits.ts";
import { msBetween, plusMs } from "./clock.ts";
import type { Failure, Lease, StoredToken, TokenRecord } from "./token-record.ts";

/**
 * How far in the future an instant may lie that is said to have passed: twice the declared clock skew, and some delay.
 * Beyond it the writer's clock was wrong, or ours is.
 */
const toleranceMs = 1000;

const epoch = new Date(0);

/**
 * A record in which no instant is impossible, so that one wrong clock costs the other processes at most one lease and one
 * issue (P14). What was impossible is named in `damage`. `firstSeenAt` says when this process first saw a lease: one that
 * was taken by a wrong clock is given its own duration from then on.
 */
export function boundRecord(
  record: TokenRecord,
  now: Date,
  firstSeenAt: (lease: Lease) => Date,
): TokenRecord {
  if (isOwnClockBehind(record, now)) return record;
  const damage = [...record.damage];
  const note = <T>(name: string, bounded: T, original: T): T => {
    if (bounded !== original) damage.push(name);
    return bounded;
  };
  const { token, lease, failure, rejections, doubtedAt } = record;
  const isDoubtAhead = doubtedAt !== null && isAhead(doubtedAt, now);
  const bounded = {
    token: note("token", token && boundToken(token, now), token),
    lease: note("lease", lease && boundLease(lease, now, firstSeenAt), lease),
    failure: note("failure", failure && boundFailure(failure, now), failure),
    rejections: note(
      "rejections",
      rejections && isAhead(rejections.at, now) ? { ...rejections, at: now } : rejections,
      rejections,
    ),
    // The doubt itself stays; the next token is not under it.
    doubtedAt: note(
      "doubtedAt",
      isDoubtAhead ? (token?.requestedAt ?? null) : doubtedAt,
      doubtedAt,
    ),
  };
  return damage.length === 0 ? record : { ...record, ...bounded, damage };
}

function isAhead(instant: Date, now: Date): boolean {
  return !(msBetween(now, instant) <= toleranceMs);
}

/**
 * Whether it is our own clock that is wrong: two other processes agree that it is later. The record is then taken at its
 * word, which harms nobody else.
 */
function isOwnClockBehind({ token, lease, ledger }: TokenRecord, now: Date): boolean {
  const written: readonly (readonly [owner: string, at: Date])[] = [
    ...(token ? [[token.committedBy, token.issuedAt] as const] : []),
    ...(lease ? [[lease.owner, lease.since] as const] : []),
    ...ledger.map(({ owner, at }) => [owner, at] as const),
  ];
  const ahead = written.filter(([owner, at]) => owner !== "" && isAhead(at, now));
  return new Set(ahead.map(([owner]) => processOf(owner))).size > 1;
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

function boundLease(lease: Lease, now: Date, firstSeenAt: (lease: Lease) => Date): Lease {
  const durationMs = msBetween(lease.since, lease.until);
  const isDurationPossible = durationMs >= 0 && durationMs <= maxLeaseMs;
  if (isDurationPossible && !isAhead(lease.since, now)) return lease;
  const since = firstSeenAt(lease);
  return { ...lease, since, until: plusMs(since, isDurationPossible ? durationMs : maxLeaseMs) };
}

function boundFailure(failure: Failure, now: Date): Failure {
  const { at, retryAt } = failure;
  if (isAhead(at, now)) return { ...failure, at: now, retryAt: now };
  const latest = plusMs(at, maxRetryPauseMs);
  return retryAt <= latest ? failure : { ...failure, retryAt: latest };
}
