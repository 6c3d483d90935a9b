import type { Sensitive } from "./sensitive.ts";

/** What a provider says of a consent, beside the first token and again at each refresh. */
export interface ConsentResult {
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

/** What one token request spends: the code of a new consent, or its refresh token. */
export type GrantCredential = CodeCredential | RefreshCredential;

export interface CodeCredential {
  readonly kind: "code";
  readonly code: Sensitive;
  /** The request that it answers; null when a person copied it from the provider's own pages. */
  readonly authorizationRequest: AuthorizationRequest | null;
}

export interface RefreshCredential {
  readonly kind: "refresh-token";
  readonly refreshToken: Sensitive;
  /** Tells whether an answer is of the person who consented. */
  isSamePerson(subject: string): boolean;
}

/** One authorization request (RFC 6749 §4.1.1) of one browser. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636 §4.1. */
  readonly codeVerifier: Sensitive;
}

/**
 * What a provider's redirect says. `mismatch`: it is no answer of this provider. An `error` is one of
 * the standards' error codes, or `unknown`: it may be logged.
 */
export type AuthorizationResponse =
  | { readonly kind: "code"; readonly code: Sensitive }
  | { readonly kind: "denied" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "mismatch" };

/** How a person consents at a provider. */
export interface ConsentFlow {
  /** What pages call the provider; null for one that is known by its host only. */
  readonly displayName: string | null;
  /** What pages say of the provider's own scopes, each as the end of "may …". */
  readonly scopeWords: Readonly<Record<string, string>>;
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
  authorizeUrl(secret: Sensitive, request: AuthorizationRequest): Promise<string>;
  /** Reads foreign input: never fails. Its state has been compared already. */
  readAuthorizationResponse(parameters: URLSearchParams): AuthorizationResponse;
  /** Whether the provider has revoked the consent; null where it offers no way. Never fails. */
  revoke(secret: Sensitive, refreshToken: Sensitive, signal: AbortSignal): Promise<boolean | null>;
}
