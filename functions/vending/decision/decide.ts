import { maxClockSkewMs, msBetween, plusMs } from "../../model/clock.ts";
import type { VendRequest } from "../../model/credential.ts";
import type { ProblemCode } from "../../model/errors.ts";
import { needsNewSecret } from "../../model/errors.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
import { isByConsent, isStaticKey, revokesOnIssue } from "../../model/provider.ts";
import type { Lease, RenewalReason, StoredToken, TokenRecord } from "../../model/token-record.ts";
import { breakerOpenUntil } from "./back-off.ts";

/** What to do about a request, and why. Only `renew` calls the provider. */
export type Decision =
  | { readonly action: "renew"; readonly reason: RenewalReason }
  | { readonly action: "await-renewal"; readonly reason: "lease-held"; readonly lease: Lease }
  | {
      readonly action: "await-handover";
      readonly reason: "too-early" | "validity";
      readonly until: Date;
    }
  | {
      /** These credentials were refused: renew if the secret has changed since, else do as `otherwise` says. */
      readonly action: "check-secret";
      readonly refusedVersion: string;
      readonly reason: RenewalReason;
      readonly otherwise: SettledDecision;
    }
  | SettledDecision;

type SettledDecision =
  | {
      readonly action: "vend";
      readonly reason: "usable" | "renewing-elsewhere" | "backing-off";
      readonly token: StoredToken;
    }
  | {
      readonly action: "refuse";
      readonly code: ProblemCode;
      readonly reason:
        | "backing-off"
        | "refused"
        | "contested"
        | "beyond-lifetime"
        | "too-new"
        | "never-renewed"
        | "no-consent";
      readonly retryAt: Date | null;
    };

/** What a caller demands of the credential. */
export type VendConstraints = Pick<VendRequest, "minValiditySeconds" | "rejectedVersion">;

export const unconstrained: VendConstraints = { minValiditySeconds: 0, rejectedVersion: null };

/** The whole policy of vending: pure, total, and the only place that decides to renew. */
export function decide(
  record: TokenRecord | null,
  policy: RenewalPolicy,
  constraints: VendConstraints,
  now: Date,
): Decision {
  if (!record) return decideUnknown(policy);
  const token = usableToken(record, policy, now);
  const sufficient =
    !isRejected(record, constraints) && token && lasts(token, constraints, now) ? token : null;
  if (isByConsent(policy) && !record.consent?.refresh) {
    return decideWithoutRefresh(record, sufficient, now);
  }
  if (sufficient) return decideUsable(record, sufficient, now);

  if (record.lease) return decideLeased(record, record.lease, now);
  if (isRejected(record, constraints)) return decideRejected(record, now);
  if (token) return decideTooShort(record, policy, token, constraints, now);
  return decideUnusable(record, policy, now);
}

function decideUnknown(policy: RenewalPolicy): Decision {
  return isByConsent(policy) ? noConsent : { action: "renew", reason: "cold" };
}

function isRejected(
  { token, version }: TokenRecord,
  { rejectedVersion }: VendConstraints,
): boolean {
  return token !== null && rejectedVersion === version;
}

/** The held token, while callers may be told to use it. A renewal under way is about to revoke it, or already has. */
export function usableToken(
  record: TokenRecord,
  policy: RenewalPolicy,
  now: Date,
): StoredToken | null {
  const { token, lease, suspect } = record;
  if (!token || (suspect && !isByConsent(policy))) return null;
  if (lease && revokesOnIssue(policy)) return null;
  if (isKeyRefused(record, policy)) return null;
  return token.usableUntil === null || now < token.usableUntil ? token : null;
}

/** A static key that was reported and is still the secret's value: there is nothing else to vend. */
function isKeyRefused({ token, failure }: TokenRecord, policy: RenewalPolicy): boolean {
  return (
    isStaticKey(policy) &&
    failure?.code === "credentials-rejected" &&
    failure.refusedSecretVersion === token?.secretVersion
  );
}

function lasts(token: StoredToken, constraints: VendConstraints, now: Date): boolean {
  return (
    token.usableUntil === null ||
    msBetween(now, token.usableUntil) >= constraints.minValiditySeconds * 1000
  );
}

export function isLeaseAlive({ lease }: TokenRecord, now: Date): boolean {
  return lease !== null && now < plusMs(lease.until, maxClockSkewMs);
}

/** A lease that outlived its time belongs to a holder that vanished: what it did is unknown. */
function decideLeased(record: TokenRecord, lease: Lease, now: Date): Decision {
  if (isLeaseAlive(record, now)) return { action: "await-renewal", reason: "lease-held", lease };
  return { action: "renew", reason: "takeover" };
}

function decideUsable(record: TokenRecord, token: StoredToken, now: Date): Decision {
  if (now < token.renewAt) return { action: "vend", reason: "usable", token };
  if (isLeaseAlive(record, now)) return { action: "vend", reason: "renewing-elsewhere", token };
  if (record.lease) return { action: "renew", reason: "takeover" };
  const otherwise = { action: "vend", reason: "backing-off", token } as const;
  return unlessBlocked(record, "scheduled", now, otherwise);
}

const noConsent = {
  action: "refuse",
  code: "consent-required",
  reason: "no-consent",
  retryAt: null,
} as const;

/** Nobody has consented, or the provider refuses what was consented: what is held may still be used up. */
function decideWithoutRefresh(
  record: TokenRecord,
  sufficient: StoredToken | null,
  now: Date,
): Decision {
  if (sufficient) return { action: "vend", reason: "usable", token: sufficient };
  const { lease } = record;
  if (lease && isLeaseAlive(record, now)) {
    return { action: "await-renewal", reason: "lease-held", lease };
  }
  return noConsent;
}

function decideRejected(record: TokenRecord, now: Date): Decision {
  const contested = breakerOpenUntil(record.rejectionsAt, now);
  if (contested) {
    return { action: "refuse", code: "contested", reason: "contested", retryAt: contested };
  }
  return unlessBlocked(record, "rejected", now);
}

/** Usable, but not for as long as the caller demands. */
function decideTooShort(
  record: TokenRecord,
  policy: RenewalPolicy,
  token: StoredToken,
  constraints: VendConstraints,
  now: Date,
): Decision {
  const refuse = (
    reason: "beyond-lifetime" | "too-new" | "never-renewed" | "backing-off",
    retryAt: Date | null,
  ) => ({ action: "refuse", code: "validity-unavailable", reason, retryAt }) as const;
  if (isStaticKey(policy)) {
    if (now < token.renewAt) return refuse("never-renewed", null);
    return unlessBlocked(record, "scheduled", now, refuse("never-renewed", null));
  }
  if (!freshTokenLasts(token, constraints)) return refuse("beyond-lifetime", null);
  if (revokesOnIssue(policy)) {
    return { action: "await-handover", reason: "validity", until: token.renewAt };
  }
  const replaceableAt = endOfFreshness(token);
  if (now < replaceableAt) return refuse("too-new", replaceableAt);
  const { failure } = record;
  const retryAt = failure?.refusedSecretVersion === null ? failure.retryAt : null;
  return unlessBlocked(record, "validity", now, refuse("backing-off", retryAt));
}

/** Whether a token like the held one would have met the demand when it was new. */
function freshTokenLasts(token: StoredToken, constraints: VendConstraints): boolean {
  return lasts(token, constraints, token.issuedAt);
}

/** In the first tenth of its life another token would be little better: demands do not cause issue upon issue. */
function endOfFreshness({ issuedAt, usableUntil }: StoredToken): Date {
  return usableUntil ? plusMs(issuedAt, msBetween(issuedAt, usableUntil) / 10) : issuedAt;
}

/** Nothing to vend: the first token, the next one, or the replacement of one that nobody can vouch for. */
function decideUnusable(record: TokenRecord, policy: RenewalPolicy, now: Date): Decision {
  const { token, suspect } = record;
  if (token && !suspect && revokesOnIssue(policy) && now < token.renewAt) {
    return { action: "await-handover", reason: "too-early", until: token.renewAt };
  }
  if (!token) return unlessBlocked(record, "cold", now);
  return unlessBlocked(record, suspect ? "takeover" : "expired", now);
}

/** Renew, unless the last attempt taught better: not yet, or not with these credentials. */
function unlessBlocked(
  { failure }: TokenRecord,
  reason: RenewalReason,
  now: Date,
  instead?: SettledDecision,
): Decision {
  if (!failure) return { action: "renew", reason };
  const { code, refusedSecretVersion, retryAt } = failure;
  const isBound = needsNewSecret(code);
  if (refusedSecretVersion !== null && (isBound || now >= retryAt)) {
    const refused = isBound ? code : "credentials-rejected";
    const refusal = { action: "refuse", code: refused, reason: "refused", retryAt: null } as const;
    const otherwise = instead ?? refusal;
    return { action: "check-secret", refusedVersion: refusedSecretVersion, reason, otherwise };
  }
  if (now >= retryAt) return { action: "renew", reason };
  return instead ?? { action: "refuse", code, reason: "backing-off", retryAt };
}
