import type { CallTimes } from "./clock.ts";
import type { ConsentFlow, ConsentResult, GrantCredential } from "./consent.ts";
import type { ProblemCode } from "./errors.ts";
import type { Sensitive, Unprintable } from "./sensitive.ts";

/**
 * When a new token may be requested, and what that does to the old one. `at-expiry` and `at-handover` are for providers
 * where a new token revokes the old: never before expiry, or once, shortly before it. `early` is for providers where old
 * and new tokens coexist; so is `by-consent`, where a renewal may replace the refresh token of a person's consent.
 * `on-rotation` is for static keys, which change with their secret.
 */
export type RenewalPolicy =
  | { readonly renewal: "at-expiry" }
  | { readonly renewal: "at-handover"; readonly beforeExpiryMs: number }
  | { readonly renewal: "early"; readonly beforeExpiryMs: number }
  | { readonly renewal: "by-consent"; readonly beforeExpiryMs: number }
  | StaticKeyPolicy;

export interface StaticKeyPolicy {
  readonly renewal: "on-rotation";
  readonly recheckMs: number;
  /** The provider can be asked whether a key is valid. */
  readonly hasProbe: boolean;
}

/** Properties of a policy, apart from its times. */
interface PolicyTraits {
  readonly revokesOnIssue: boolean;
  readonly isLossPossible: boolean;
  readonly isByConsent: boolean;
  readonly isStaticKey: boolean;
}

const none: PolicyTraits = {
  revokesOnIssue: false,
  isLossPossible: false,
  isByConsent: false,
  isStaticKey: false,
};
const revoking: PolicyTraits = { ...none, revokesOnIssue: true, isLossPossible: true };

const traits: Readonly<Record<RenewalPolicy["renewal"], PolicyTraits>> = {
  "at-expiry": revoking,
  "at-handover": revoking,
  early: none,
  "by-consent": { ...none, isLossPossible: true, isByConsent: true },
  "on-rotation": { ...none, isStaticKey: true },
};

/** True where a new token revokes the old one. */
export function revokesOnIssue({ renewal }: RenewalPolicy): boolean {
  return traits[renewal].revokesOnIssue;
}

/** True where a request with an unknown outcome may have revoked the stored token, or replaced its refresh token. */
export function isLossPossible({ renewal }: RenewalPolicy): boolean {
  return traits[renewal].isLossPossible;
}

/** True where a token requires a person's consent. */
export function isByConsent({ renewal }: RenewalPolicy): boolean {
  return traits[renewal].isByConsent;
}

/** True where the token is the key in the secret. */
export function isStaticKey(policy: RenewalPolicy): policy is StaticKeyPolicy {
  return traits[policy.renewal].isStaticKey;
}

/**
 * How long a token lives from when the provider issued it: at least `atLeastMs` and at most `atMostMs`. `assumed`: the
 * provider states none, but its declaration or a setting does. `unknown` does not mean unlimited. `unlimited`: until it
 * is refused or replaced, at the latest `until`.
 */
export type Lifetime =
  | { readonly kind: "stated"; readonly atLeastMs: number; readonly atMostMs: number }
  | { readonly kind: "assumed"; readonly lastsMs: number }
  | { readonly kind: "unknown" }
  | { readonly kind: "unlimited"; readonly until: Date | null };

export interface Issued extends CallTimes {
  readonly kind: "issued";
  readonly token: Sensitive;
  /** What the token is bound to, and the refresh token with it; absent where the server does not bind them. */
  readonly proofKey?: Sensitive | undefined;
  readonly lifetime: Lifetime;
  /** The expiry that the provider stated; null when it stated none. */
  readonly expiresAt: Date | null;
  /** What else the answer says and callers need. Where a person consents, it belongs to the consent. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** Only where a person consents; null elsewhere. */
  readonly consent: ConsentResult | null;
}

export interface NotIssued {
  readonly kind: "not-issued";
  readonly code: Extract<
    ProblemCode,
    | "credentials-rejected"
    | "consent-required"
    | "provider-throttled"
    | "provider-unavailable"
    | "provider-malformed"
  >;
  /** Our own text for people, never the provider's. */
  readonly detail: string;
  /** The provider may have issued a token that did not arrive. */
  readonly mayHaveIssued: boolean;
  readonly retryAfterMs: number | null;
}

/** A parsed secret, with which a token can be requested. */
export interface Grant extends Unprintable {
  /** Names what a new token revokes beyond this connection; null where it revokes nothing elsewhere. Stored as a hash only. */
  readonly revocationScope: string | null;
  /** False for a static key that is adopted without calling the provider. */
  readonly callsProvider: boolean;
  issue(signal: AbortSignal): Promise<Issued | NotIssued>;
}

/** How a provider issues tokens. Loaded with the first renewal. */
export interface Issuer {
  /** `credential` is null unless a person consents. Fails with `secret-malformed`, naming the field. */
  openGrant(secret: Sensitive, credential: GrantCredential | null): Grant;
}

/** The header that carries a token. Without a scheme its value is the token alone. */
export interface Presentation {
  readonly headerName: string;
  readonly scheme: string | null;
}

/** What a provider declares. vending/ and consents/ depend on this, never on which provider it is. */
export interface Provider {
  readonly policy: RenewalPolicy;
  readonly presentation: Presentation;
  issuer(): Promise<Issuer>;
  /** How a person consents; null where no consent is needed. Loaded with the first consent. */
  readonly consent: (() => Promise<ConsentFlow>) | null;
}
