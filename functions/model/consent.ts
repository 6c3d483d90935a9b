import type { Sensitive, Unprintable } from "./sensitive.ts";

/** What a token response says about the consent, at the first token and at each refresh. */
export interface ConsentResult {
  /** Null when the answer had none: the one that was sent stays valid (RFC 6749 §6). */
  readonly refreshToken: Sensitive | null;
  /** Null when the answer does not state it: the earlier value still applies. */
  readonly refreshEndsAt: Date | null;
  /** The granted `scope`, which may be less than was requested; empty: none. Null when unknown. */
  readonly grantedScope: string | null;
  /** The provider's identifier of the person who consented; null when unknown. */
  readonly subject: string | null;
  /** The name of the data's owner, masked by the provider. */
  readonly customer: string | null;
  /** The person's e-mail address, if the provider says that it has verified it. Never stored. */
  readonly verifiedEmail?: string | undefined;
  /** Absent where nothing more is known. */
  readonly details?: ConsentDetails;
}

/** Whose consent is asked for. */
export interface NamedOwner {
  /** The provider's identifier of the person, or their e-mail address; anybody unless it is said. */
  readonly person?: string | undefined;
  /** Its name as the provider states it; anybody's data unless it is said. */
  readonly customer?: string | undefined;
  /** Whether it may replace the stored consent of another person or customer. */
  readonly mayReplace?: boolean | undefined;
}

/** What whoever asks for a consent says of it. */
export interface AskedConsent extends NamedOwner {
  /** Who asks; absent where that is not known. */
  readonly begunBy?: string | undefined;
}

/** What else is known of a consent. An absent member: nothing, or unknown. */
export interface ConsentDetails {
  /** The requested scopes that were not granted, separated by blanks. */
  readonly withheldScope?: string;
  /** The granted scopes that nobody requested, separated by blanks. */
  readonly addedScope?: string;
  /** The person's e-mail address, login or name, masked: `j…@example.org`. */
  readonly identity?: string;
  /** What the provider returned and callers need, by name, such as a tenant: visible ASCII. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Who asked the person: an IAM principal, or the AWS request that began it. */
  readonly begunBy?: string;
}

/** What a token request presents: the code of a new consent, or its refresh token. */
export type GrantCredential = CodeCredential | RefreshCredential;

export interface CodeCredential {
  readonly kind: "code";
  readonly code: Sensitive;
  /** The request that the code answers; null when a person copied it from the provider's pages. */
  readonly authorizationRequest: AuthorizationRequest | null;
  /** Parameters that came with it and are to be kept. A browser brought them: they are not proven. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly asked?: AskedConsent;
}

export interface RefreshCredential {
  readonly kind: "refresh-token";
  readonly refreshToken: Sensitive;
  /** What it may be bound to (RFC 9449 §5). */
  readonly proofKey?: Sensitive | undefined;
  /** Whether a subject is that of the person who consented. */
  isSamePerson(subject: string): boolean;
}

/** One browser's authorization request (RFC 6749 §4.1.1). */
export interface AuthorizationRequest extends Unprintable {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636 §4.1. */
  readonly codeVerifier: Sensitive;
}

/**
 * A provider's authorization response. `mismatch`: it is not a response of this provider. `error`: a standard error code
 * or `unknown`, so that it can be logged.
 */
export type AuthorizationResponse =
  | {
      readonly kind: "code";
      readonly code: Sensitive;
      /** Those of its parameters that are to be kept with the consent. */
      readonly parameters?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "denied" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "mismatch" };

/** How a person consents at a provider. */
export interface ConsentFlow {
  /** The provider's name on pages; null to show its host. */
  readonly displayName: string | null;
  /** The realm's own words for scopes on pages: in one language for all people, or by language. */
  readonly scopeWords: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** The requested scopes. */
  readonly scopes: readonly string[];
  /** The provider shows codes that a person can copy. */
  readonly hasCodesToCopy: boolean;
  /** Whether the provider states, verifiably, who has consented. */
  readonly tellsPerson: boolean;
  /** Whether it states for whose data. */
  readonly tellsCustomer: boolean;
  /** Scheme and host of the provider's pages. */
  readonly origin: string;
  /** Fails with `secret-malformed`, naming the field, and with `credentials-rejected` for a certificate that has expired. */
  checkSecret(secret: Sensitive): void;
  /**
   * The address to which the browser is sent. Fails as `checkSecret` does, and with a provider's problem where the request
   * is first pushed to the provider.
   */
  authorizeUrl(
    secret: Sensitive,
    request: AuthorizationRequest,
    signal: AbortSignal,
  ): Promise<string>;
  /** Reads untrusted input and never fails. The caller has verified the state. */
  readAuthorizationResponse(parameters: URLSearchParams): AuthorizationResponse;
  /**
   * Asks the provider to revoke a consent, by its refresh token or, where it has none, by its access token. Null where the
   * provider has no way to. Never fails.
   */
  revoke(secret: Sensitive, token: RevocableToken, signal: AbortSignal): Promise<Revocation | null>;
}

/** A token as a provider is told of it (RFC 7009 §2.1). */
export interface RevocableToken {
  readonly kind: "refresh-token" | "access-token";
  readonly token: Sensitive;
}

/** What became of a request to revoke a token. */
export interface Revocation {
  readonly isRevoked: boolean;
  /** What the provider answered, in our words, to follow "The provider". */
  readonly answer: string;
}
