import type { AuthorizationRequest } from "../../model/consent.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { ClientCertificate, HttpResponse } from "../../platform/http-request.ts";
import type { AnswerFields } from "../exchange/token-request.ts";
import type { BasicEncoding } from "./client-authentication.ts";

/** The settings of every provider at which a person consents. */
export interface CodeSettings {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl?: string | undefined;
  readonly earlySeconds: number;
}

/** What we are to an authorization server (RFC 6749 §2). */
export interface OAuthClient {
  readonly clientId: string;
  /** Sent by Basic authentication; a client without one merely says who it is (RFC 6749 §3.2.1). */
  readonly clientSecret?: Sensitive | undefined;
  readonly basicEncoding: BasicEncoding;
  /** Presented in the TLS handshake (RFC 8705 §2). */
  readonly certificate?: ClientCertificate | undefined;
  /** The header that numbers requests, where the provider wants one. */
  readonly requestIdHeader?: string;
}

/** An OpenID provider: who signs its ID tokens, and with which keys. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly jwksUrl: string;
}

/** How a person consents at a provider, and how a token comes of it (RFC 6749 §4.1, §6). */
export interface CodeGrant<Settings, Secret> {
  /** What pages call the provider; null for one that is known by its host only. */
  readonly displayName: string | null;
  /** What pages say of the provider's own scopes, each as the end of "may …". */
  readonly scopeWords: Readonly<Record<string, string>>;
  scopes(settings: Settings): readonly string[];
  /** Null where no ID token is expected. */
  openId(settings: Settings): OpenIdProvider | null;
  /** RFC 7636. */
  pkce(settings: Settings): boolean;
  client(secret: Secret): OAuthClient;
  /** The provider shows codes that a person may copy; so nothing but the code is sent in exchange for a token. */
  readonly hasCodesToCopy: boolean;
  /** Longer than any access token lives. */
  readonly longestDays: number;
  /** When the refresh token ends; `isFirst` at the exchange of a code. Null where the provider does not say. */
  refreshEndsAt(fields: AnswerFields, response: HttpResponse, isFirst: boolean): Date | null;
  /** Whose data it is, as the provider masks the name. */
  customer?(fields: AnswerFields): string | null;
  /** In place of the standard's. */
  authorizationParameters?(
    settings: Settings,
    clientId: string,
    request: AuthorizationRequest,
  ): Readonly<Record<string, string>>;
  /** Where an answer, not a TLS alert, says that our certificate is rejected. */
  isCertificateRejected?(response: HttpResponse): boolean;
}
