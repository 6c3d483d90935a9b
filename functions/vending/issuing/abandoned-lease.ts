import { later } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { isLossPossible } from "../../model/provider.ts";
import type { Lease, TokenRecord } from "../../model/token-record.ts";

/** An abandoned lease: nobody knows what became of its holder's request. */
export function doubtAfter({ provider }: Dependencies, seen: TokenRecord | null): Date | null {
  const { lease, token, doubtedAt = null } = seen ?? {};
  // A code that was being redeemed has used up nothing that is stored.
  const mayBeLost = lease && lease.reason !== "consent" && isLossPossible(provider.policy);
  return mayBeLost && token ? later(doubtedAt, token.issuedAt) : doubtedAt;
}

/**
 * Ends another connection's abandoned lease, so that its holder can no longer commit. False when the record has changed
 * since `seen`.
 */
export async function endAbandonedLease(
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
