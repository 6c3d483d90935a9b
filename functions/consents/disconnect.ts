import type { Connection } from "../model/connection.ts";
import type { RevocableToken, Revocation } from "../model/consent.ts";
import type { Disconnection } from "../model/consent-outcome.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { boundTokenIn } from "../model/token-record.ts";
import type { HeldLease } from "../model/token-store.ts";
import { awaitFreeLease } from "../vending/await-renewal.ts";
import { retryUntilLeaseEnd, takeLease } from "../vending/issuing/lease.ts";
import { openRefreshToken } from "../vending/issuing/stored-consent.ts";
import { revocationFields, revokeToken } from "./revoke-token.ts";

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
  let ended: Disconnection["ended"] = null;
  let revocation: Revocation | null = null;
  for (;;) {
    const seen = await deps.store.read(connection, signal);
    const record = await awaitFreeLease(deps, connection, seen, deadline);
    if (!record || isEmpty(record)) return { ended };
    const { held } = await takeLease(deps, connection, record, "consent", deadline);
    if (!held) continue;
    // An earlier try may have revoked it already.
    const open = (opening: AbortSignal) => openRevocable(deps, held.record, opening);
    revocation = (await revokeToken(deps, connection, open, signal)) ?? revocation;
    ended = { revocation };
    if (await deleteConsent(deps, held, revocation, signal)) return { ended };
  }
}

/** A failure that says why the last consent ended stays for those who ask. */
function isEmpty({ token, consent, damage }: TokenRecord): boolean {
  return token === null && consent === null && damage.length === 0;
}

/** False when another process has taken over the lease: what it stored must still be deleted. */
async function deleteConsent(
  deps: Dependencies,
  held: HeldLease,
  revocation: Revocation | null,
  signal: AbortSignal,
): Promise<boolean> {
  const stored = await retryUntilLeaseEnd(deps, held.lease, signal, (storing) =>
    deps.store.disconnect(held, storing),
  );
  if (!stored) return false;
  deps.log.info("consent-disconnected", {
    connection: held.record.connection,
    ...revocationFields(revocation),
  });
  return true;
}

/** The refresh token, with which the provider ends the access token too (RFC 7009 §2.1), or else the access token. */
async function openRevocable(
  deps: Dependencies,
  record: TokenRecord,
  signal: AbortSignal,
): Promise<RevocableToken | null> {
  const { connection, version, consent } = record;
  if (consent?.refresh) {
    const opened = await openRefreshToken(deps, record, signal);
    return opened && { kind: "refresh-token", token: opened.refreshToken };
  }
  if (!record.token) return null;
  const { sealed, terms } = record.token;
  const as = { connection, version, kind: "token", terms } as const;
  const token = await deps.sealer.open(sealed, as, signal);
  return token && { kind: "access-token", token: boundTokenIn(token).token };
}
