import { createHash } from "node:crypto";
import * as v from "valibot";
import type { AuthorizationRequest, ConsentFlow } from "../model/consent.ts";
import type { Issuer } from "../model/provider.ts";
import type { HttpResponse } from "../platform/http-request.ts";
import { withParameters } from "./authorize-address.ts";
import type { BasicEncoding } from "./basic-authorization.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { issuerCheck, readCallback } from "./callback.ts";
import { consentGrant, secondsAfterRequest } from "./consent-grant.ts";
import { formRequest } from "./form-request.ts";
import { identifierOf } from "./identity.ts";
import type { PostForm } from "./revocation.ts";
import { revoke } from "./revocation.ts";
import { basicClientId, readSecret, sensitiveText } from "./secret-fields.ts";
import type { AnswerFields, IssuerContext } from "./token-exchange.ts";

export interface CodeSettings {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl?: string | undefined;
  /** With `jwksUrl`: OpenID Connect. */
  readonly issuer?: string | undefined;
  readonly jwksUrl?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly pkce: boolean;
}

/** What servers of the standard do in their own ways. */
export interface ServerProfile {
  readonly basicEncoding: BasicEncoding;
  readonly longestDays: number;
  refreshEndsAt(fields: AnswerFields, response: HttpResponse, isFirst: boolean): Date | null;
}

const secretSchema = v.object({ clientId: basicClientId, clientSecret: v.optional(sensitiveText) });

type ClientSecret = v.InferOutput<typeof secretSchema>;

const standard: ServerProfile = {
  basicEncoding: "rfc6749",
  longestDays: 400,
  refreshEndsAt: ({ refresh_token_expires_in, refresh_expires_in }, response) =>
    secondsAfterRequest(refresh_token_expires_in ?? refresh_expires_in, response),
};

/** Any server of RFC 6749 §4.1 and RFC 7636, with OpenID Connect or without, by configuration alone. */
export function authorizationCodeIssuer(
  settings: CodeSettings,
  wire: IssuerContext,
  ways: ServerProfile = standard,
): Issuer {
  const { prepare, identify } = identifierOf(settings, wire);
  return {
    openGrant(text, authority) {
      const secret = readSecret(text, secretSchema);
      const post = postOf(secret, ways);
      return consentGrant(
        {
          context: wire,
          scopes: scopesOf(settings),
          longestDays: ways.longestDays,
          tokenRequest: (form) => post(settings.tokenUrl, form),
          codeExchangeParameters: (journey) => journey && besideCode(settings, journey),
          readConsent: (fields, response, isFirst) => ({
            refreshEndsAt: ways.refreshEndsAt(fields, response, isFirst),
            customer: null,
          }),
          prepare,
          identify: (idToken, shown, signal) => identify(secret.clientId, idToken, shown, signal),
        },
        authority,
      );
    },
  };
}

/** The browser's part of it. */
export function authorizationCodeFlow(
  settings: CodeSettings,
  wire: IssuerContext,
  ways: ServerProfile = standard,
): ConsentFlow {
  const { authorizeUrl, tokenUrl, issuer, revokeUrl } = settings;
  const isIssuer = issuerCheck(issuer, [authorizeUrl, tokenUrl]);
  return {
    scopes: scopesOf(settings),
    hasCodesToCopy: false,
    origin: new URL(authorizeUrl).origin,
    authorizeUrl: async (text, journey) => {
      const { clientId } = readSecret(text, secretSchema);
      return withParameters(authorizeUrl, authorizeParameters(settings, clientId, journey));
    },
    readAuthorizationResponse: (parameters) => readCallback(parameters, isIssuer),
    revoke: (text, refreshToken, signal) =>
      revoke(
        wire,
        revokeUrl,
        () => postOf(readSecret(text, secretSchema), ways),
        refreshToken,
        signal,
      ),
  };
}

/** OpenID Connect begins with its scope. */
function scopesOf({ scopes, issuer }: CodeSettings): readonly string[] {
  return scopes ?? (issuer === undefined ? [] : ["openid"]);
}

/** RFC 6749 §2.3: one way to authenticate; a client without a secret merely says who it is (§3.2.1). */
function postOf(
  { clientId, clientSecret }: ClientSecret,
  { basicEncoding }: ServerProfile,
): PostForm {
  return (url, form) => {
    if (clientSecret) {
      const authorization = basicAuthorization(clientId, clientSecret, basicEncoding);
      return formRequest(url, form, { authorization });
    }
    return formRequest(url, new URLSearchParams([...form, ["client_id", clientId]]));
  };
}

function authorizeParameters(
  settings: CodeSettings,
  clientId: string,
  { redirectUri, state, nonce, codeVerifier }: AuthorizationRequest,
): Record<string, string> {
  const scope = scopesOf(settings).join(" ");
  const challenge = createHash("sha256").update(codeVerifier.expose()).digest("base64url");
  return {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    ...(scope ? { scope } : {}),
    state,
    nonce,
    ...(settings.pkce ? { code_challenge: challenge, code_challenge_method: "S256" } : {}),
  };
}

/** RFC 6749 §4.1.3: the address is compared with that of the request; RFC 7636 §4.5. */
function besideCode({ pkce }: CodeSettings, { redirectUri, codeVerifier }: AuthorizationRequest) {
  return {
    redirect_uri: redirectUri,
    ...(pkce ? { code_verifier: codeVerifier.expose() } : {}),
  };
}
