import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { describeError } from "../model/errors.ts";
import { secretAccount } from "../model/provider.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { HeldLease } from "../model/token-store.ts";
import { awaitFreeLease } from "../vending/await-renewal.ts";
import { retryUntilLeaseEnd, takeLease } from "../vending/issuing/lease.ts";
import { openRefreshToken } from "../vending/issuing/stored-consent.ts";

/** `revoked`: whether the provider has revoked the consent; null when it has no revocation endpoint or nothing was stored. */
export interface Disconnection {
  readonly revoked: boolean | null;
}

/**
 * Ends a consent: revokes it at the provider if it can, and deletes token and refresh token from the record in any case.
 * Processes that have cached the token vend it for at most another 30 s.
 */
export async function disconnect(
  deps: Dependencies,
  connection: Connection,
  deadline: Deadline,
): Promise<Disconnection> {
  const { signal } = deadline;
  let revoked: Disconnection["revoked"] = null;
  for (;;) {
    const seen = await deps.store.read(connection, signal);
    const record = await awaitFreeLease(deps, connection, seen, deadline);
    if (!record) return { revoked };
    const { held } = await takeLease(deps, connection, record, "consent", deadline);
    if (!held) continue;
    // An earlier try may have revoked it already.
    revoked = (await revokeConsent(deps, held, signal)) ?? revoked;
    if (await deleteConsent(deps, held, revoked, signal)) return { revoked };
  }
}

/** False when another process has taken over the lease: what it stored must still be deleted. */
async function deleteConsent(
  deps: Dependencies,
  held: HeldLease,
  revoked: Disconnection["revoked"],
  signal: AbortSignal,
): Promise<boolean> {
  const stored = await retryUntilLeaseEnd(deps, held.lease, signal, (storing) =>
    deps.store.disconnect(held, storing),
  );
  if (!stored) return false;
  deps.log.info("consent-disconnected", { connection: held.record.connection, revoked });
  return true;
}

/** Never fails: token and refresh token are deleted even if the provider cannot revoke the consent. */
async function revokeConsent(
  deps: Dependencies,
  { record }: HeldLease,
  parent: AbortSignal,
): Promise<boolean | null> {
  if (!record.consent?.refresh || !deps.provider.consent) return null;
  const signal = deps.clock.timeout(deps.limits.deadlineMs, parent);
  try {
    const { refreshToken } = (await openRefreshToken(deps, record, signal)) ?? {};
    if (!refreshToken) return null;
    const secret = await deps.secrets.read(secretAccount(deps, record.connection), 0, signal);
    const flow = await deps.provider.consent();
    return await flow.revoke(secret.text, refreshToken, signal);
  } catch (error) {
    deps.log.warn("consent-not-revoked", {
      connection: record.connection,
      ...describeError(error),
    });
    return false;
  }
}
