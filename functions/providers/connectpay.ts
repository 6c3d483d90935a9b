import { createHash } from "node:crypto";
import * as v from "valibot";
import { plusMs } from "../model/clock.ts";
import type { HttpResponse } from "../platform/http-request.ts";
import { parseJson } from "../platform/parse-json.ts";
import { bearer, declareConsent } from "./declaration/declare-provider.ts";
import { basicClientId, sensitiveText } from "./declaration/secret.ts";
import { consentSettings, oneWord, settingsOf, someScopes } from "./declaration/settings.ts";
import { secondsAfterRequest } from "./exchange/lifetime.ts";
import {
  certificateChain,
  certificatePairProblem,
  privateKey,
} from "./oauth/client-certificate.ts";

/** Thirty days: https://dev.connectpay.com/api-portal/content/access-tokens */
const refreshMs = 30 * 86_400_000;

/** ConnectPay refuses psd2 scopes together with others: https://dev.connectpay.com/api-portal/content/access-tokens */
const unmixedScopes = v.pipe(
  someScopes,
  v.check(
    (names) => new Set(names.map((name) => name.startsWith("psd2-"))).size === 1,
    "psd2 scopes cannot be mixed with others",
  ),
);

/**
 * A person's consent to one customer's data. The code is exchanged over mutual TLS without `redirect_uri`; each refresh
 * replaces the refresh token. https://docs.connectpay.com/data-api-access/
 */
export const connectPay = declareConsent({
  settings: settingsOf("connectpay", {
    ...consentSettings,
    scopes: v.optional(unmixedScopes, ["psd2-ais"]),
    flowIdParameter: v.optional(oneWord, "flowid"),
    flowId: v.optional(oneWord, "GetPSD2AuthCode"),
  }),
  secret: {
    clientId: { meaning: "the client id", shape: basicClientId },
    clientSecret: { meaning: "the client secret", shape: sensitiveText },
    tlsCertificateChain: {
      meaning: "the client certificate: PEM, from the leaf to the root",
      shape: v.optional(certificateChain),
      isMultiLine: true,
    },
    tlsPrivateKey: {
      meaning: "the private key of the certificate: PEM, unencrypted",
      shape: v.optional(privateKey),
      isMultiLine: true,
    },
  },
  secretProblem: ({ tlsCertificateChain, tlsPrivateKey }) =>
    certificatePairProblem(tlsCertificateChain, tlsPrivateKey),
  presentation: () => bearer,
  displayName: "ConnectPay",
  scopes: ({ scopes }) => scopes,
  openId: () => null,
  pkce: () => false,
  client: (_, { clientId, clientSecret, tlsCertificateChain: chain, tlsPrivateKey: key }) => ({
    clientId,
    authentication: { by: "basic", clientSecret, encoding: "raw" },
    requestIdHeader: "x-request-id",
    certificate: chain && key ? { chain, key } : undefined,
  }),
  hasCodesToCopy: true,
  maxDays: 1,
  unstatedSeconds: () => 3600,
  // The number of seconds may be text.
  refreshEndsAt: ({ refresh_token_expires_in }, response, isFirst) =>
    secondsAfterRequest(refresh_token_expires_in, response) ??
    (isFirst ? plusMs(response.requestedAt, refreshMs) : null),
  // ConnectPay masks it: `Mo********co`. Control and format characters could disguise it as another name.
  customer: ({ client_customer_name: name }) =>
    typeof name === "string" ? name.replace(/\p{C}/gu, "").slice(0, 200) || null : null,
  ownAuthorizationParameters: ({ scopes, flowIdParameter, flowId }, clientId, request) => ({
    client_id: clientId,
    [flowIdParameter]: flowId,
    nonce: uuidFrom(request.nonce),
    scope: scopes.join(" "),
    state: request.state,
    redirect_url: request.redirectUri,
    response_type: "code",
  }),
  isCertificateRejected,
});

/** A UUIDv4 (RFC 9562 §5.4) derived from the text: ConnectPay requires a UUID as nonce. */
function uuidFrom(text: string): string {
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

/** Statuses that can be about a certificate. A 404 is about the address, even if its page mentions a certificate. */
const certificateStatuses: ReadonlySet<number> = new Set([400, 401, 403]);

/**
 * ConnectPay's web tier validates the certificate, and its application compares it with the registered one, both before
 * anything else. The answer is a 403 that is no OAuth error, or a page that mentions a certificate, such as nginx's 400.
 * Any other page is a gateway's, and its error may be transient.
 * https://docs.connectpay.com/guides/integration
 */
function isCertificateRejected({ status, body }: HttpResponse): boolean {
  const text = body ?? "";
  if (!certificateStatuses.has(status)) return false;
  const value = parseJson(text);
  if (typeof value === "object" && value !== null) return status === 403 && !("error" in value);
  return /certificate/i.test(text) || (status === 403 && text === "");
}
