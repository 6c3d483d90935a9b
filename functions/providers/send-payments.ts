import * as v from "valibot";
import { earlier } from "../model/clock.ts";
import { Sensitive, unprintable } from "../model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../platform/http-request.ts";
import { parseJson } from "../platform/parse-json.ts";
import { bearer, declareClientCredentials } from "./declaration/declare-provider.ts";
import { plainText, sensitiveText } from "./declaration/secret.ts";
import { address, baseAddress, presentation, seconds, settingsOf } from "./declaration/settings.ts";
import { epochInstant } from "./exchange/instant.ts";
import {
  claimFromSecond,
  claimUntil,
  instantFrom,
  isAbsent,
  lifetimeFrom,
} from "./exchange/lifetime.ts";
import type { AnswerFields, Reading } from "./exchange/token-request.ts";

const maxDays = 1;

/** `POST /auth` with JSON, answered 201. https://developer.sendpayments.com/docs/authentication-1 */
export const sendPayments = declareClientCredentials({
  settings: settingsOf("send-payments", {
    apiBaseUrl: v.optional(baseAddress),
    tokenUrl: address,
    handoverSeconds: v.optional(seconds, 20),
    // The documentation shows no request with the token.
    presentation: v.optional(presentation, bearer),
  }),
  secret: {
    clientId: { meaning: "the client id, which belongs to one environment", shape: plainText },
    clientSecret: { meaning: "the client secret", shape: sensitiveText },
  },
  policySettings: ["handoverSeconds"],
  // A new token revokes the old one, and may be requested before expiry.
  policy: ({ handoverSeconds }) => ({
    renewal: "at-handover",
    beforeExpiryMs: handoverSeconds * 1000,
  }),
  revocationScope: ({ clientId }) => clientId,
  usualLifetimeSeconds: 300,
  presentation: (settings) => settings.presentation,
  request: ({ tokenUrl }, { clientId, clientSecret }) =>
    unprintable<HttpRequest>({
      method: "POST",
      url: tokenUrl,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ clientId, clientSecret: clientSecret.expose() }),
    }),
  readAnswer,
});

/** The earlier of `expiresAt` and the JWT's `exp`, measured from its `iat` where it has one. */
function readAnswer(fields: AnswerFields, { headers }: HttpResponse, now: Date): Reading {
  const { accessToken, expiresAt: stated } = fields;
  const { iat, exp } = jwtTimes(accessToken);
  const expiresAt = earlier(instantFrom(stated), exp);
  const claim =
    expiresAt && (iat ? claimFromSecond(iat, expiresAt) : claimUntil(expiresAt, headers, now));
  const lifetime = lifetimeFrom([claim], !isAbsent(stated), maxDays);
  return { token: new Sensitive(accessToken), expiresAt, lifetime };
}

/** A JWT's `iat` and `exp` (RFC 7519 §4.1), decoded but not verified: for timing only. Never fails. */
function jwtTimes(token: unknown): { iat: Date | null; exp: Date | null } {
  const claims = typeof token === "string" ? claimsOf(token) : {};
  return { iat: numericDate(claims["iat"]), exp: numericDate(claims["exp"]) };
}

function claimsOf(token: string): { readonly [name: string]: unknown } {
  const [, payload = "", ...rest] = token.split(".");
  if (rest.length !== 1) return {};
  const claims = parseJson(Buffer.from(payload, "base64url").toString("utf8"));
  return typeof claims === "object" && claims !== null ? { ...claims } : {};
}

function numericDate(value: unknown): Date | null {
  return typeof value === "number" ? epochInstant(value, 1000) : null;
}
