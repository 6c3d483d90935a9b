import { createHash } from "node:crypto";
import { plusMs } from "../model/clock.ts";
import type { AuthorizationRequest, ConsentFlow } from "../model/consent.ts";
import { VendingError } from "../model/errors.ts";
import type { Issuer } from "../model/provider.ts";
import type { HttpResponse } from "../platform/http-request.ts";
import { withParameters } from "./authorize-address.ts";
import { issuerCheck, readCallback } from "./callback.ts";
import { detectCertificateRejection } from "./certificate-refusal.ts";
import { connectPayClient } from "./connectpay-client.ts";
import { consentGrant, secondsAfterRequest } from "./consent-grant.ts";
import { revoke } from "./revocation.ts";
import type { AnswerFields, IssuerContext } from "./token-exchange.ts";

interface ConnectPaySettings {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl?: string | undefined;
  readonly scopes: readonly string[];
  readonly flowIdParameter: string;
}

const longestDays = 1;
/** Thirty days: https://dev.connectpay.com/api-portal/content/access-tokens */
const refreshMs = 30 * 86_400_000;

/**
 * A code for one person's access to one customer's data, exchanged over mutual TLS without `redirect_uri`; each refresh
 * replaces the refresh token. https://docs.connectpay.com/data-api-access/
 */
export function connectPayIssuer(settings: ConnectPaySettings, wire: IssuerContext): Issuer {
  const watching = detectCertificateRejection(wire);
  return {
    openGrant(text, authority) {
      const { post, expired } = connectPayClient(text, wire);
      const grant = consentGrant(
        {
          context: watching,
          scopes: settings.scopes,
          longestDays,
          tokenRequest: (form) => post(settings.tokenUrl, form),
          codeExchangeParameters: () => ({}),
          readConsent,
          prepare: async () => null,
          identify: async () => null,
        },
        authority,
      );
      return {
        ...grant,
        issue: async (signal) => expired(wire.clock.now()) ?? grant.issue(signal),
      };
    },
  };
}

/** The browser's part of it. */
export function connectPayFlow(settings: ConnectPaySettings, wire: IssuerContext): ConsentFlow {
  const { authorizeUrl, tokenUrl, revokeUrl } = settings;
  const isIssuer = issuerCheck(undefined, [authorizeUrl, tokenUrl]);
  return {
    scopes: settings.scopes,
    hasCodesToCopy: true,
    origin: new URL(authorizeUrl).origin,
    authorizeUrl: async (text, journey) => {
      const { clientId, expired } = connectPayClient(text, wire);
      const refusal = expired(wire.clock.now());
      if (refusal) throw new VendingError(refusal.code, refusal.detail);
      return withParameters(authorizeUrl, authorizeParameters(settings, clientId, journey));
    },
    readAuthorizationResponse: (parameters) => readCallback(parameters, isIssuer),
    revoke: (text, refreshToken, signal) =>
      revoke(wire, revokeUrl, () => connectPayClient(text, wire).post, refreshToken, signal),
  };
}

function authorizeParameters(
  { scopes, flowIdParameter }: ConnectPaySettings,
  clientId: string,
  { nonce, state, redirectUri }: AuthorizationRequest,
): Record<string, string> {
  return {
    client_id: clientId,
    [flowIdParameter]: "GetPSD2AuthCode",
    nonce: guidFrom(nonce),
    scope: scopes.join(" "),
    state,
    redirect_url: redirectUri,
    response_type: "code",
  };
}

/** A UUIDv4 (RFC 9562 §5.4), as ConnectPay wants its nonce; the same for the same text. */
function guidFrom(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** Whose data it is comes masked, `Mo********co`; a number of seconds may come as digits. */
function readConsent(
  { refresh_token_expires_in, client_customer_name: name }: AnswerFields,
  response: HttpResponse,
  isFirst: boolean,
) {
  const unsaid = isFirst ? plusMs(response.requestedAt, refreshMs) : null;
  return {
    refreshEndsAt: secondsAfterRequest(refresh_token_expires_in, response) ?? unsaid,
    // Control and format characters have no place in a name, and could make it look like another.
    customer: typeof name === "string" ? name.replace(/\p{C}/gu, "").slice(0, 200) || null : null,
  };
}
