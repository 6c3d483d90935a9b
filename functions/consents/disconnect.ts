import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { HeldLease } from "../model/token-store.ts";
import type { Call } from "../model/deadline.ts";
import { untilFree } from "./redeem-code.ts";
import { refreshAuthority } from "../vending/issuing/refresh-authority.ts";
import { holdLease } from "../vending/issuing/renew-connection.ts";
import { secretAccount } from "../vending/secret-account.ts";
import { untilLeaseEnds } from "../vending/issuing/retry-until-lease-end.ts";

/**
 * Ends a consent: revokes it at the provider where that can be done, and forgets token and refresh token here in any
 * case. `revoked` is null where the provider offers no way or nothing was held. Processes that remember the token go on
 * vending it for at most 30 s.
 */
export async function disconnect(
  deps: Dependencies,
  connection: Connection,
  call: Call,
): Promise<{ readonly revoked: boolean | null }> {
  let record = await deps.store.read(connection, call.signal);
  for (;;) {
    record = await untilFree(deps, connection, record, call);
    if (!record) return { revoked: null };
    const answer = await holdLease(deps, connection, record, "consent", call);
    const done = answer.held && (await disconnectHolding(deps, answer.held, call));
    if (done) return done;
    record = answer.held ? await deps.store.read(connection, call.signal) : answer.record;
  }
}

/** Null when somebody has taken over meanwhile: what they have stored is still to be forgotten. */
async function disconnectHolding(
  deps: Dependencies,
  held: HeldLease,
  { signal }: Call,
): Promise<{ readonly revoked: boolean | null } | null> {
  const revoked = await revoke(deps, held, signal);
  const gone = await untilLeaseEnds(deps, held.lease, signal, (until) =>
    deps.store.disconnect(held, until),
  );
  if (!gone) return null;
  deps.log.info("consent-disconnected", { connection: held.record.connection, revoked });
  return { revoked };
}

/** What cannot be revoked now is forgotten all the same: nobody here could use it any more. */
async function revoke(
  deps: Dependencies,
  { record }: HeldLease,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (!record.consent?.refresh || !deps.provider.consent) return null;
  const until = deps.clock.timeout(deps.timing.deadlineMs, signal);
  try {
    const { refreshToken } = (await refreshAuthority(deps, record, until)) ?? {};
    if (!refreshToken) return null;
    const secret = await deps.secrets.read(secretAccount(deps, record.connection), 0, until);
    const flow = await deps.provider.consent();
    return await flow.revoke(secret.text, refreshToken, until);
  } catch (error) {
    const { connection } = record;
    const why = error instanceof Error ? error.name : typeof error;
    deps.log.warn("consent-not-revoked", { connection, why });
    return false;
  }
}
