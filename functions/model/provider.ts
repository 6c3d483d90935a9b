import type { Connection } from "./connection.ts";
import { accountOf } from "./connection.ts";
import type { ConsentFlow, ConsentResult, GrantCredential } from "./consent.ts";
import type { ProblemCode } from "./errors.ts";
import type { Sensitive } from "./sensitive.ts";

/**
 * When a new token may be asked for, and what that does to the old one. `at-expiry` and `at-handover` belong to
 * providers where a new token revokes the old: never before expiry, or once, shortly before it. `early` needs old and
 * new to coexist; so does `by-consent`, where each new token costs the refresh token of a person's consent. `on-rotation`
 * follows the secret itself.
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
  /** The provider can be asked about a key that a caller reports. */
  readonly hasProbe: boolean;
}

/** What the core asks of a policy, beside its times. */
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

/** True where a request whose outcome is unknown may have ended the stored token, or its refresh token. */
export function isLossPossible({ renewal }: RenewalPolicy): boolean {
  return traits[renewal].isLossPossible;
}

/** True where nothing is issued without a person's consent. */
export function isByConsent({ renewal }: RenewalPolicy): boolean {
  return traits[renewal].isByConsent;
}

/** True where the token is the key in the secret, replaced when the secret changes. */
export function isStaticKey(policy: RenewalPolicy): policy is StaticKeyPolicy {
  return traits[policy.renewal].isStaticKey;
}

/**
 * How long a token lives, measured from the moment the provider issued it, as two bounds: it certainly lives
 * `atLeastMs` and certainly not longer than `atMostMs`. `unknown` is its own state, never "for ever".
 */
export type Lifetime =
  | { readonly kind: "stated"; readonly atLeastMs: number; readonly atMostMs: number }
  | { readonly kind: "unknown" }
  | { readonly kind: "unlimited"; readonly until: Date | null };

export interface Issued {
  readonly kind: "issued";
  readonly token: Sensitive;
  readonly lifetime: Lifetime;
  /** What the provider said, as an instant; null when it said nothing. */
  readonly expiresAt: Date | null;
  readonly requestedAt: Date;
  readonly receivedAt: Date;
  /** What came with the token where a person has consented; null elsewhere. */
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
  /** For people; made here, never the provider's own words. */
  readonly detail: string;
  /** The request may have had its effect although no token arrived. */
  readonly mayHaveIssued: boolean;
  readonly retryAfterMs: number | null;
}

/** One secret, understood: what it may issue. */
export interface Grant {
  /** What a new token revokes, beyond this connection; null where it revokes nothing elsewhere. Never stored as it is. */
  readonly revocationScope: string | null;
  /** False for a static key that is adopted as it is, without asking the provider. */
  readonly callsProvider: boolean;
  issue(signal: AbortSignal): Promise<Issued | NotIssued>;
}

/** How a provider issues. Loaded only when something has to be issued. */
export interface Issuer {
  /** `credential` only where a person has consented. Fails with `secret-malformed`, naming the field. */
  openGrant(secret: Sensitive, credential: GrantCredential | null): Grant;
}

/** The header a token travels in; without a scheme it is sent bare. */
export interface Presentation {
  readonly headerName: string;
  readonly scheme: string | null;
}

/** What a provider declares; the core reads this and never asks which provider it holds. */
export interface Provider {
  readonly policy: RenewalPolicy;
  readonly presentation: Presentation;
  issuer(): Promise<Issuer>;
  /** How a person consents; null where nobody has to. Loaded only when somebody does. */
  readonly consent: (() => Promise<ConsentFlow>) | null;
}

/** The account whose secret serves a connection. All consents of a realm share the realm's one OAuth client. */
export function secretAccount(
  { provider }: { readonly provider: Provider },
  connection: Connection,
): string {
  return provider.consent ? "default" : accountOf(connection);
}
