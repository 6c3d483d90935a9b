import { maxClockSkewMs, msBetween } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import { maxLeaseMs } from "../../model/time-limits.ts";
import type { Lease, TokenRecord } from "../../model/token-record.ts";
import type { HeldLease, RevocationScopeClaim } from "../../model/token-store.ts";
import { isLeaseAlive } from "../decision/usable-token.ts";
import { doubtAfter } from "./lease.ts";

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
  // A holder that was only suspended could still commit its token, and ours would revoke it.
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
 * Takes over another connection's abandoned lease and ends it, so that its holder cannot commit any more. False when the
 * record has changed since `seen`.
 */
async function endAbandonedLease(
  deps: Dependencies,
  seen: TokenRecord,
  mine: Lease,
  signal: AbortSignal,
): Promise<boolean> {
  const lease = { ...mine, reason: "takeover" } as const;
  const intent = { lease, doubtedAt: doubtAfter(deps, seen) };
  const { held } = await deps.store.takeLease(seen.connection, seen, intent, signal);
  if (!held) return false;
  const ended = await deps.store.fail(held, withoutFailure, signal);
  return ended !== null;
}

function withoutFailure({ doubtedAt, revocationScope, ledger }: TokenRecord) {
  const nothing = { failure: null, isConsentOver: false, isTokenDead: false };
  return { ...nothing, doubtedAt, revocationScope, ledger };
}

function scopeConflict({ owner }: RevocationScopeClaim): VendingError {
  const detail = `${owner} already issues for the same platform key or client id, and each new token revokes the other's. Vend from ${owner}, or give this connection credentials of its own.`;
  return new VendingError("scope-conflict", detail);
}
