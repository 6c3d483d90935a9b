import type { AuthorizationRequest, ConsentFlow } from "../../model/consent.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import type { AnswerShape } from "../exchange/answer-shape.ts";
import type { AnswerFields } from "../exchange/token-request.ts";
import type { AttributeSettings } from "./kept-attributes.ts";
import type { Registration } from "./registered-client.ts";
import type { TokenPurpose } from "./request-parameters.ts";

/** The settings of every provider at which a person consents. */
export interface CodeSettings extends TokenPurpose, AttributeSettings {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl?: string | undefined;
  readonly pushedAuthorizationUrl?: string | undefined;
  readonly earlySeconds: number;
  /** Parameters that the server wants besides the standard's. */
  readonly authorizationParameters?: Readonly<Record<string, string>> | undefined;
  readonly tokenParameters?: Readonly<Record<string, string>> | undefined;
  readonly answer?: AnswerShape | undefined;
  /** The life of a refresh token whose answer states none. */
  readonly refreshLifetimeSeconds?: number | undefined;
  /** In the place of the provider's own name. */
  readonly displayName?: string | undefined;
  readonly scopeWords?: ConsentFlow["scopeWords"] | undefined;
  /** The attribute that names the owner of the data. */
  readonly customerAttribute?: string | undefined;
}

/** An OpenID provider: the issuer of its ID tokens, and the address of its keys. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly jwksUrl: string;
}

/** A provider's authorization code grant and refresh (RFC 6749 §4.1, §6). */
export interface CodeGrant<Settings, Secret> extends Registration<Settings, Secret> {
  /** The provider's name on pages; null to show its host. */
  readonly displayName: string | null;
  scopes(settings: Settings): readonly string[];
  /** Names under which the provider lists requested scopes in its answers, where that does not follow from the name. */
  renamedScopes?(settings: Settings): Readonly<Record<string, string>>;
  /** Null where no ID token is expected. */
  openId(settings: Settings): OpenIdProvider | null;
  /** RFC 7636. */
  pkce(settings: Settings): boolean;
  /** The provider shows codes that a person can copy, so a code is redeemed without its authorization request. */
  readonly hasCodesToCopy: boolean;
  /** A stated lifetime of an access token beyond this is invalid. */
  readonly maxDays: number;
  /** The life of an access token whose answer states none; null: it is used until it is refused. */
  unstatedSeconds(settings: Settings): number | null;
  /** When the refresh token expires; `isFirst` at the exchange of a code. Null when unknown. */
  refreshEndsAt(fields: AnswerFields, response: HttpResponse, isFirst: boolean): Date | null;
  /** The name of the data's owner, masked by the provider. */
  customer?(fields: AnswerFields): string | null;
  /** Replaces the standard parameters of the authorization request. */
  ownAuthorizationParameters?(
    settings: Settings,
    clientId: string,
    request: AuthorizationRequest,
  ): Readonly<Record<string, string>>;
  /** True for an answer that rejects our certificate, where the provider does not use a TLS alert. */
  isCertificateRejected?(response: HttpResponse): boolean;
}
