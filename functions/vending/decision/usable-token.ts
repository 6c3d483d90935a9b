import { earlier, maxClockSkewMs, plusMs } from "../../model/clock.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
import { isByConsent, isStaticKey, revokesOnIssue } from "../../model/provider.ts";
import type { Lease, StoredToken, TokenRecord } from "../../model/token-record.ts";
import { isDoubted } from "../../model/token-record.ts";

/** The stored token, if it may be vended. Where a new token revokes the old, it may not be while a renewal is under way. */
export function usableToken(
  record: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
): StoredToken | null {
  const { token, lease } = record;
  // With a consent, the doubt concerns the refresh token only.
  if (!token || (isDoubted(record) && !isByConsent(policy))) return null;
  if (lease && revokesOnIssue(policy)) return null;
  if (isKeyRefused(record, policy)) return null;
  return token.usableUntil === null || now < token.usableUntil ? token : null;
}

/** The provider has refused the stored static key, which is still the secret's value. */
function isKeyRefused({ token, failure }: TokenRecord, policy: RenewalPolicy): boolean {
  return (
    isStaticKey(policy) &&
    failure?.code === "credentials-rejected" &&
    failure.refusedSecretVersion === token?.secretVersion
  );
}

/** Whether another process may still act under the lease. */
export function isLeaseAlive({ lease }: TokenRecord, now: Date): boolean {
  return lease !== null && now < abandonedAt(lease);
}

/** When its holder can no longer act under a lease: by any clock within the skew, or because it was watched for so long. */
export function abandonedAt({ until, wornOutAt }: Lease): Date {
  const end = plusMs(until, maxClockSkewMs);
  return wornOutAt ? earlier(end, wornOutAt) : end;
}

/**
 * When the next renewal may begin. A token that was issued under another policy may have an early `renewAt`: if a new
 * token now revokes the old, it is renewed after its end.
 */
export function renewableAt(
  { issuedUnder, renewAt, usableUntil, expiresAt }: StoredToken,
  policy: RenewalPolicy,
): Date {
  if (!revokesOnIssue(policy) || !issuedUnder || issuedUnder === policy.renewal) return renewAt;
  const end = Math.max(Number(usableUntil ?? renewAt), Number(expiresAt ?? renewAt));
  return plusMs(new Date(end), maxClockSkewMs);
}
