import { later } from "../model/clock.ts";
import { needsNewSecret } from "../model/errors.ts";
import type { RenewalPolicy } from "../model/provider.ts";
import { isByConsent, isStaticKey } from "../model/provider.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { consentEndsAt } from "../model/token-record.ts";
import type { ObservedRecord, ToldEnd } from "../model/told.ts";
import { breakerOpenUntil } from "../vending/decision/back-off.ts";

/** What ends by itself: a person's consent or a static key. */
export interface Term {
  readonly of: "consent" | "key";
  /** Since when there is this consent or key. */
  readonly since: Date;
  /** When it was given or extended last. */
  readonly renewedAt: Date;
  readonly endsAt: Date;
}

/** The consent or key that is there now; null where its end is unknown. */
export function termOf(record: TokenRecord, policy: RenewalPolicy): Term | null {
  const { token, consent } = record;
  if (isStaticKey(policy)) {
    if (!token?.expiresAt) return null;
    return { of: "key", since: token.issuedAt, renewedAt: token.issuedAt, endsAt: token.expiresAt };
  }
  if (!isByConsent(policy) || !consent || !isAccepted(record)) return null;
  const endsAt = consentEndsAt(record);
  const since = consent.consentedAt;
  return endsAt && { of: "consent", since, renewedAt: token?.issuedAt ?? since, endsAt };
}

/** The attributes without which it cannot be told whether a consent is in force. */
const consentParts = ["consentedAt", "sealedRefresh", "refreshVersion", "refreshFingerprint"];
const tokenParts = [
  ...["sealed", "fingerprint", "requestedAt", "issuedAt", "usableUntil", "expiresAt"],
  ...["renewAt", "secretVersion"],
];

/**
 * Whether a person's consent is in force, as far as the record tells. A damaged record ends none: what it was is not known,
 * and operators are told of the damage.
 */
export function isConsentInForce(observed: ObservedRecord, policy: RenewalPolicy): boolean {
  const { record, told } = observed;
  if (!isByConsent(policy) || !record.consent) return false;
  if (isConsentDamaged(record)) return true;
  if (!isAccepted(record)) return false;
  const term = termOf(record, policy);
  return !(term && told.end?.days === 0 && isOfEnd(told.end, term));
}

function isConsentDamaged({ damage, consent }: TokenRecord): boolean {
  const parts = consent?.refresh ? consentParts : [...consentParts, ...tokenParts];
  return damage.some((name) => parts.includes(name));
}

/** The provider has not refused it, and there is a token to vend or to renew with. */
function isAccepted({ consent, token, failure }: TokenRecord): boolean {
  if (consent?.refresh) return true;
  return token !== null && failure?.code !== "consent-required";
}

/** Whether a notice was of this end, and not of one before it was extended. */
export function isOfEnd(told: ToldEnd, { endsAt }: Pick<Term, "endsAt">): boolean {
  return told.endsAt.getTime() === endsAt.getTime();
}

/** Whether the provider refuses the client's credentials or the key, or the secret is malformed. */
export function isRejected({ failure }: TokenRecord): boolean {
  return (
    failure !== null && (needsNewSecret(failure.code) || failure.refusedSecretVersion !== null)
  );
}

/**
 * Until when the circuit breaker for rejection storms is open, by what was known when the stored token was issued; null
 * when it is closed. What time alone closes is told (`contestOverOf`).
 */
export function contestedUntil(
  { record: { rejections, token }, told }: ObservedRecord,
  policy: RenewalPolicy,
): Date | null {
  if (!rejections || !token || isStaticKey(policy)) return null;
  if (told.contestOverOf?.getTime() === rejections.at.getTime()) return null;
  return breakerOpenUntil(rejections, later(rejections.at, token.issuedAt));
}
