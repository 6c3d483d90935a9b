import type { Sensitive } from "./sensitive.ts";

/** What a provider gives beside the first token when a person has consented, and again at each refresh. */
export interface Consented {
  /** Null when the answer had none: the one that was used stays good (RFC 6749 §6). */
  readonly refreshToken: Sensitive | null;
  /** Null when the answer did not say: what was said before still holds. */
  readonly refreshEndsAt: Date | null;
  /** The access granted, in the provider's own words, which may be less than was asked for; empty: none. */
  readonly grantedScope: string | null;
  /** Who consented, as the provider names that person; null when it does not say. */
  readonly subject: string | null;
  /** Whose data it is, as the provider masks the name. */
  readonly customer: string | null;
}

/** A person's authorisation, for the one request that uses it. */
export type Authority = CodeAuthority | RefreshAuthority;

export interface CodeAuthority {
  readonly kind: "code";
  readonly code: Sensitive;
  /** The journey on which it came; null when a person copied it from the provider's own pages. */
  readonly journey: Journey | null;
}

export interface RefreshAuthority {
  readonly kind: "refresh-token";
  readonly refreshToken: Sensitive;
  /** Tells whether an answer is of the person who consented. */
  isSamePerson(subject: string): boolean;
}

/** One trip of one browser to the provider and back. */
export interface Journey {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636 §4.1. */
  readonly codeVerifier: Sensitive;
}

/**
 * What a provider's redirect says. `mismatch`: it is not an answer of this provider to this journey. An `error` is one of
 * the words of the standards, or `unknown`: it may be logged.
 */
export type Callback =
  | { readonly kind: "code"; readonly code: Sensitive }
  | { readonly kind: "denied" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "mismatch" };

/** How a person consents at a provider. */
export interface ConsentFlow {
  /** The access asked for, in the provider's own words. */
  readonly scopes: readonly string[];
  /** The provider shows codes that a person may copy. */
  readonly hasCodesToCopy: boolean;
  /** Scheme and host of the provider's pages. */
  readonly origin: string;
  /**
   * Where the browser goes. Fails with `secret-malformed`, naming the field, and with `credentials-rejected` where the
   * provider is known to refuse what the secret holds.
   */
  authorizeUrl(secret: Sensitive, journey: Journey): Promise<string>;
  /** Reads foreign input: never fails. Its state has been compared already. */
  readCallback(parameters: URLSearchParams): Callback;
  /** Whether the provider has revoked the consent; null where it offers no way. Never fails. */
  revoke(secret: Sensitive, refreshToken: Sensitive, signal: AbortSignal): Promise<boolean | null>;
}
