import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { describeError } from "../model/errors.ts";
import { secretAccount } from "../model/provider.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { HeldLease } from "../model/token-store.ts";
import { retryUntilLeaseEnd, takeLease } from "../vending/issuing/lease.ts";
import { openRefreshToken } from "../vending/issuing/stored-consent.ts";
import { awaitFreeLease } from "./redeem-code.ts";

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
  let record = await deps.store.read(connection, signal);
  let revoked: Disconnection["revoked"] = null;
  for (;;) {
    record = await awaitFreeLease(deps, connection, record, deadline);
    if (!record) return { revoked };
    const taken = await takeLease(deps, connection, record, "consent", deadline);
    const ended: EndedConsent | null =
      taken.held && (await endConsent(deps, taken.held, revoked, signal));
    if (ended?.isDeleted) return { revoked: ended.revoked };
    revoked = ended?.revoked ?? revoked;
    record = taken.held ? await deps.store.read(connection, signal) : taken.record;
  }
}

interface EndedConsent extends Disconnection {
  /** False when another process has taken over the lease: what it stored must still be deleted. */
  readonly isDeleted: boolean;
}

async function endConsent(
  deps: Dependencies,
  held: HeldLease,
  earlier: Disconnection["revoked"],
  signal: AbortSignal,
): Promise<EndedConsent> {
  const { connection } = held.record;
  // An earlier try may have revoked it already.
  const revoked = (await revokeConsent(deps, held, signal)) ?? earlier;
  const stored = await retryUntilLeaseEnd(deps, held.lease, signal, (storing) =>
    deps.store.disconnect(held, storing),
  );
  if (stored) deps.log.info("consent-disconnected", { connection, revoked });
  return { revoked, isDeleted: stored !== null };
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
