import { maxLeaseMs } from "../../model/call-limits.ts";
import { maxClockSkewMs, msBetween } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import type { HeldLease, ScopeClaim } from "../../model/token-store.ts";
import { isLeaseAlive } from "../decision/usable-token.ts";
import { endAbandonedLease } from "./abandoned-lease.ts";

/**
 * Claims a revocation scope for this lease, so that no other connection issues in it meanwhile, and returns the scope's
 * hash. Every issue claims it anew: a connection that has lost its claim must not issue any more. Fails with
 * `scope-conflict`.
 */
export async function claimRevocationScope(
  deps: Dependencies,
  { record, lease }: HeldLease,
  revocationScope: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (revocationScope === null) return null;
  const { store, clock } = deps;
  const scope = deps.fingerprint(revocationScope);
  const mine = { owner: record.connection, until: lease.until };
  const standing = await store.claimRevocationScope(scope, mine, null, signal);
  if (standing.owner === mine.owner) return scope;
  const owner = await store.read(standing.owner, signal);
  if (!isAbandoned(standing, owner, scope, clock.now())) throw conflict(standing);
  // A holder that was frozen could still commit its token, and ours would revoke it.
  const isShutOut = !owner?.lease || (await endAbandonedLease(deps, owner, lease, signal));
  if (!isShutOut) throw conflict(standing);
  const now = await store.claimRevocationScope(scope, mine, standing, signal);
  if (now.owner !== mine.owner) throw conflict(now);
  return scope;
}

/** The owner issues in another scope by now, or not at all, and no issue of its is under way in this one. */
function isAbandoned(
  { until }: ScopeClaim,
  owner: TokenRecord | null,
  scope: string,
  now: Date,
): boolean {
  if (owner && (owner.revocationScope === scope || isLeaseAlive(owner, now))) return false;
  const msLeft = msBetween(now, until) + maxClockSkewMs;
  // No lease is as long: that claim was made by a wrong clock.
  return msLeft <= 0 || msLeft > maxLeaseMs + 2 * maxClockSkewMs;
}

function conflict({ owner }: ScopeClaim): VendingError {
  const detail = `${owner} already issues for the same platform key or client id, and each new token revokes the other's. Vend from ${owner}, or give this connection credentials of its own.`;
  return new VendingError("scope-conflict", detail);
}
