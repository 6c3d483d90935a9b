import type { Consented } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { HeldConsent, HeldRefreshToken } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";

/**
 * The consent as it stands after an answer of the provider. A refresh token that came replaces the held one, in the same
 * write as its access token (RFC 6749 §6); where none came, the held one stays good.
 */
export async function consentAfter(
  deps: Dependencies,
  { record, lease }: HeldLease,
  consented: Consented | null,
  version: number,
  now: Date,
  signal: AbortSignal,
): Promise<HeldConsent | null> {
  const before = lease.reason === "consent" ? null : record.consent;
  if (!consented) return before;
  const { refreshToken, refreshEndsAt, grantedScope, subject, customer } = consented;
  return {
    consentedAt: before?.consentedAt ?? now,
    refresh: refreshToken ? await held(refreshToken) : prolonged(before?.refresh ?? null),
    grantedScope: grantedScope ?? before?.grantedScope ?? null,
    subject: before?.subject ?? (subject && deps.fingerprint(subject)),
    customer: customer ?? before?.customer ?? null,
  };

  async function held(token: NonNullable<Consented["refreshToken"]>): Promise<HeldRefreshToken> {
    const as = { connection: record.connection, version, kind: "refresh-token" } as const;
    return {
      sealed: await deps.sealer.seal(token, as, signal),
      version,
      fingerprint: deps.fingerprint(token.expose()),
      endsAt: refreshEndsAt ?? before?.refresh?.endsAt ?? null,
    };
  }

  function prolonged(refresh: HeldRefreshToken | null): HeldRefreshToken | null {
    return refresh && { ...refresh, endsAt: refreshEndsAt ?? refresh.endsAt };
  }
}
