import { createHash } from "node:crypto";
import type {
  AuthorizationRequest,
  ConsentFlow,
  RevocableToken,
  Revocation,
} from "../../model/consent.ts";
import { VendingError } from "../../model/errors.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { HttpFailure } from "../../platform/http-request.ts";
import { parseJson } from "../../platform/parse-json.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import { sendOrFailure } from "../exchange/token-request.ts";
import { issuerCheck, readAuthorizationResponse } from "./authorization-response.ts";
import type { OAuthClient } from "./client-authentication.ts";
import { byForm, clientRequest, expiredCertificate, purposeParameters } from "./client-request.ts";
import type { CodeGrant, CodeSettings } from "./code-grant.ts";
import { pushParameters } from "./pushed-authorization.ts";
import { openClient } from "./registered-client.ts";
import type { Parameters } from "./request-parameters.ts";

/** A provider's authorization request and response (RFC 6749 §4.1.1, §4.1.2), and the revocation of a consent (RFC 7009). */
export function consentFlow<Settings extends CodeSettings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  settings: Settings,
  readSecret: (text: Sensitive) => Secret,
  context: IssuerContext,
): ConsentFlow {
  const { authorizeUrl, tokenUrl, revokeUrl, pushedAuthorizationUrl: pushUrl } = settings;
  const { displayName, scopeWords = {} } = settings;
  const isIssuer = issuerCheck(provider.openId(settings)?.issuer, [authorizeUrl, tokenUrl]);
  const wanted = Object.entries(settings.attributes ?? {});
  const ofCallback = wanted.flatMap(([name, source]) => (source === "callback" ? [name] : []));
  const open = (text: Sensitive) => openClient(provider, settings, readSecret(text));
  const openUsable = (text: Sensitive) => {
    const client = open(text);
    const expired = expiredCertificate(client, context.clock.now());
    if (expired) throw new VendingError(expired.code, expired.detail);
    return client;
  };
  return {
    displayName: displayName ?? provider.displayName,
    scopeWords,
    scopes: provider.scopes(settings),
    hasCodesToCopy: provider.hasCodesToCopy,
    tellsPerson: provider.openId(settings) !== null,
    tellsCustomer: Boolean(provider.customer ?? settings.customerAttribute),
    origin: new URL(authorizeUrl).origin,
    checkSecret: (text) => void openUsable(text),
    authorizeUrl: async (text, request, signal) => {
      const client = openUsable(text);
      const special = provider.ownAuthorizationParameters?.(settings, client.clientId, request);
      const parameters = [
        ...Object.entries(
          special ?? standardParameters(provider, settings, client.clientId, request),
        ),
        ...purposeParameters(settings, settings.authorizationParameters),
      ];
      return withParameters(
        authorizeUrl,
        pushUrl === undefined
          ? parameters
          : await pushParameters(pushUrl, client, parameters, context, signal),
      );
    },
    readAuthorizationResponse: (parameters) =>
      readAuthorizationResponse(parameters, isIssuer, ofCallback),
    revoke: async (text, token, signal) =>
      revokeUrl === undefined ? null : revoke(revokeUrl, () => open(text), token, context, signal),
  };
}

function standardParameters<Settings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  settings: Settings,
  clientId: string,
  { redirectUri, state, nonce, codeVerifier }: AuthorizationRequest,
): Record<string, string> {
  const scope = provider.scopes(settings).join(" ");
  return {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    ...(scope ? { scope } : {}),
    state,
    // A parameter of OpenID Connect Core §3.1.2.1, which some servers refuse without an OpenID scope.
    ...(provider.openId(settings) ? { nonce } : {}),
    ...(provider.pkce(settings) ? codeChallenge(codeVerifier) : {}),
  };
}

/** RFC 7636 §4.2. */
function codeChallenge(codeVerifier: Sensitive): Record<string, string> {
  const challenge = createHash("sha256").update(codeVerifier.expose()).digest("base64url");
  return { code_challenge: challenge, code_challenge_method: "S256" };
}

/**
 * Appends parameters to an address, which may have some already (RFC 6749 §3.1). Spaces become %20, because `+` means a
 * space in forms only.
 */
function withParameters(address: string, parameters: Parameters): string {
  const url = new URL(address);
  const added = parameters.map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  url.search = [url.search, ...added].filter(Boolean).join("&");
  return url.href;
}

/** Errors of RFC 7009 §2.2.1 and RFC 6749 §5.2. No other text of the provider's is repeated. */
const revocationErrors: ReadonlySet<unknown> = new Set([
  "unsupported_token_type",
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "invalid_token",
]);

/** RFC 7009. Never fails. */
async function revoke(
  url: string,
  open: () => OAuthClient,
  { kind, token }: RevocableToken,
  context: IssuerContext,
  signal: AbortSignal,
): Promise<Revocation> {
  const hint = kind === "refresh-token" ? "refresh_token" : "access_token";
  const form = new URLSearchParams({ token: token.expose(), token_type_hint: hint });
  try {
    const request = await clientRequest(byForm(open()), url, form, context);
    const response = await sendOrFailure(context, request, signal);
    if (response instanceof HttpFailure) return unanswered(response);
    const { status, body } = response;
    const error: unknown = Object(parseJson(body ?? ""))["error"];
    const words = revocationErrors.has(error) ? ` (${error})` : "";
    // RFC 7009 §2.2 specifies 200; some servers answer 204.
    return { isRevoked: [200, 204].includes(status), answer: `answered ${status}${words}` };
  } catch {
    return { isRevoked: false, answer: "was not asked, because the secret cannot be used" };
  }
}

function unanswered({ kind }: HttpFailure): Revocation {
  const answer = kind === "certificate" ? "refused our client certificate" : "did not answer";
  return { isRevoked: false, answer };
}
