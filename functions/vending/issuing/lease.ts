import { later, maxClockSkewMs, msBetween, plusMs } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { CallLimits, Deadline } from "../../model/time-limits.ts";
import { commitReserveMs, maxLeaseMs, secretReserveMs } from "../../model/time-limits.ts";
import type { Lease, RenewalReason, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease, RevocationScopeClaim } from "../../model/token-store.ts";
import { isLeaseAlive } from "../decision/usable-token.ts";

/** How long a lease lasts: long enough for everything that its holder does under it. */
export function leaseMs(limits: CallLimits): number {
  return secretReserveMs + limits.deadlineMs + commitReserveMs;
}

/**
 * Takes the lease and writes with it what a successor must know if the holder crashes. Fails with `renewal-in-progress`
 * when the deadline comes before the end of the lease.
 */
export async function takeLease(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  reason: RenewalReason,
  deadline: Deadline,
): ReturnType<Dependencies["store"]["takeLease"]> {
  const since = deps.clock.now();
  const until = plusMs(since, leaseMs(deps.limits));
  if (until > deadline.at) throw noTimeToFinish(since, until, deadline);
  const lease = { owner: deps.newOwner(), since, until, reason };
  const doubtedAt = doubtAfter(deps, seen);
  return deps.store.takeLease(connection, seen, { lease, doubtedAt }, deadline.signal);
}

/** After an abandoned lease, the outcome of its holder's request is unknown. */
function doubtAfter({ provider }: Dependencies, seen: TokenRecord | null): Date | null {
  const { lease, token, doubtedAt = null } = seen ?? {};
  // Redeeming an authorization code uses up nothing that is stored.
  const mayBeLost = lease && lease.reason !== "consent" && isLossPossible(provider.policy);
  return mayBeLost && token ? later(doubtedAt, token.issuedAt) : doubtedAt;
}

function noTimeToFinish(since: Date, until: Date, { at }: Deadline): VendingError {
  const needed = Number(until) - Number(since);
  const left = Math.max(0, Number(at) - Number(since));
  const detail = `A renewal may take ${needed} ms and ${left} ms remain; give the caller more time.`;
  return new VendingError("renewal-in-progress", detail, 1);
}

/**
 * Claims a revocation scope until the lease ends, so that no other connection issues in it meanwhile. Returns the scope's
 * hash. Every renewal claims it again: a connection that has lost its claim must not issue. Fails with `scope-conflict`.
 */
export async function claimRevocationScope(
  deps: Dependencies,
  { record, lease }: HeldLease,
  revocationScope: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (revocationScope === null) return null;
  const { store, clock } = deps;
  const scopeHash = deps.fingerprint(revocationScope);
  const claim = { owner: record.connection, until: lease.until };
  const standing = await store.claimRevocationScope(scopeHash, claim, null, signal);
  if (standing.owner === claim.owner) return scopeHash;
  const owner = await store.read(standing.owner, signal);
  if (!isAbandoned(standing, owner, scopeHash, clock.now())) throw scopeConflict(standing);
  // A frozen holder of the owner's lease could still commit its token, and ours would revoke it.
  const isShutOut = !owner?.lease || (await endAbandonedLease(deps, owner, lease, signal));
  if (!isShutOut) throw scopeConflict(standing);
  const latest = await store.claimRevocationScope(scopeHash, claim, standing, signal);
  if (latest.owner !== claim.owner) throw scopeConflict(latest);
  return scopeHash;
}

/** The owner no longer issues in this scope, and none of its earlier requests can still be under way. */
function isAbandoned(
  { until }: RevocationScopeClaim,
  owner: TokenRecord | null,
  scopeHash: string,
  now: Date,
): boolean {
  if (owner && (owner.revocationScope === scopeHash || isLeaseAlive(owner, now))) return false;
  const msLeft = msBetween(now, until) + maxClockSkewMs;
  // A claim longer than any lease was written by a process with a wrong clock.
  return msLeft <= 0 || msLeft > maxLeaseMs + 2 * maxClockSkewMs;
}

/**
 * Ends another connection's abandoned lease, so that its holder can no longer commit. False when the record has changed
 * since `seen`.
 */
async function endAbandonedLease(
  deps: Dependencies,
  seen: TokenRecord,
  own: Lease,
  signal: AbortSignal,
): Promise<boolean> {
  const lease = { ...own, reason: "takeover" } as const;
  const intent = { lease, doubtedAt: doubtAfter(deps, seen) };
  const { held } = await deps.store.takeLease(seen.connection, seen, intent, signal);
  if (!held) return false;
  const ended = await deps.store.fail(held, withoutFailure, signal);
  return ended !== null;
}

function withoutFailure({ doubtedAt, revocationScope, ledger }: TokenRecord) {
  const noFailure = { failure: null, isConsentOver: false, isTokenDead: false };
  return { ...noFailure, doubtedAt, revocationScope, ledger };
}

function scopeConflict({ owner }: RevocationScopeClaim): VendingError {
  const detail = `${owner} already issues for the same platform key or client id, and each new token revokes the other's. Vend from ${owner}, or give this connection credentials of its own.`;
  return new VendingError("scope-conflict", detail);
}

const firstPauseMs = 50;

/**
 * Repeats the write that ends a lease until the store answers, because an issued token must not be lost to a transient
 * fault. When the lease ends first, fails as the last attempt did.
 */
export async function retryUntilLeaseEnd<T>(
  deps: Dependencies,
  lease: Lease,
  parent: AbortSignal,
  write: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = deps.clock.timeout(msBetween(deps.clock.now(), lease.until), parent);
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    try {
      return await write(signal);
    } catch (error) {
      if (plusMs(deps.clock.now(), pauseMs) >= lease.until) throw error;
      await deps.clock.sleep(pauseMs, signal).catch(() => {
        throw error;
      });
    }
  }
}

/** How a renewal ended, and the record at that moment. */
export type Renewal =
  /** The provider has issued a token or confirmed the stored key. */
  | { readonly outcome: "committed"; readonly record: TokenRecord }
  /** The stored key is still the secret's value; the provider was not called. */
  | { readonly outcome: "kept"; readonly record: TokenRecord }
  /** Another process has the lease. */
  | { readonly outcome: "lost"; readonly record: TokenRecord | null }
  | {
      readonly outcome: "failed";
      readonly record: TokenRecord | null;
      /** Why this attempt failed. */
      readonly problem: VendingError;
    };

/** Another process took over the lease before this one could store its token. */
export function overtaken(record: TokenRecord | null): Renewal {
  const detail = "Another process took over before the new token was stored.";
  return {
    outcome: "failed",
    record,
    problem: new VendingError("renewal-in-progress", detail, 1),
  };
}
