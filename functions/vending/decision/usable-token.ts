import { maxClockSkewMs, plusMs } from "../../model/clock.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
import { isByConsent, isStaticKey, revokesOnIssue } from "../../model/provider.ts";
import type { StoredToken, TokenRecord } from "../../model/token-record.ts";
import { isDoubted } from "../../model/token-record.ts";

/** The stored token, while callers may be told to use it. A renewal under way is about to revoke it, or already has. */
export function usableToken(
  record: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
): StoredToken | null {
  const { token, lease } = record;
  // A doubt about a consent concerns its refresh token.
  if (!token || (isDoubted(record) && !isByConsent(policy))) return null;
  if (lease && revokesOnIssue(policy)) return null;
  if (isKeyRefused(record, policy)) return null;
  return token.usableUntil === null || now < token.usableUntil ? token : null;
}

/** A static key that the provider has refused and that is still the secret's value: there is nothing else to vend. */
function isKeyRefused({ token, failure }: TokenRecord, policy: RenewalPolicy): boolean {
  return (
    isStaticKey(policy) &&
    failure?.code === "credentials-rejected" &&
    failure.refusedSecretVersion === token?.secretVersion
  );
}

export function isLeaseAlive({ lease }: TokenRecord, now: Date): boolean {
  return lease !== null && now < plusMs(lease.until, maxClockSkewMs);
}

/**
 * The earliest instant of the next renewal. A token that was issued while old and new coexisted may have an early one: if
 * a new token revokes the old by now, it is renewed after its end.
 */
export function renewableAt(
  { issuedUnder, renewAt, usableUntil, expiresAt }: StoredToken,
  policy: RenewalPolicy,
): Date {
  if (!revokesOnIssue(policy) || !issuedUnder || issuedUnder === policy.renewal) return renewAt;
  const end = Math.max(Number(usableUntil ?? renewAt), Number(expiresAt ?? renewAt));
  return plusMs(new Date(end), maxClockSkewMs);
}
