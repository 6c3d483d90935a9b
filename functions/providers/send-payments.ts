import * as v from "valibot";
import type { Issuer } from "../model/provider.ts";
import type { HttpRequest, HttpResponse } from "../platform/http-request.ts";
import { jwtTimes } from "./jwt-times.ts";
import {
  earlier,
  instantOf,
  isAbsent,
  lifetimeFrom,
  statementFromSecond,
  statementUntil,
} from "./lifetime.ts";
import { plainText, readSecret, sensitiveText } from "./secret-fields.ts";
import type { Fields, Reading, Wire } from "./token-exchange.ts";
import { exchangeToken } from "./token-exchange.ts";

const secretSchema = v.object({
  clientId: plainText,
  clientSecret: sensitiveText,
});

type SendSecret = v.InferOutput<typeof secretSchema>;

const longestDays = 1;

/** `POST /auth` with JSON, answered 201. https://developer.sendpayments.com/docs/authentication-1 */
export function sendPaymentsIssuer(settings: { readonly tokenUrl: string }, wire: Wire): Issuer {
  return {
    grantFrom(text) {
      const secret = readSecret(text, secretSchema);
      return {
        revocationScope: secret.clientId,
        callsProvider: true,
        issue: (signal) =>
          exchangeToken(wire, tokenRequest(settings, secret), signal, (fields, response) =>
            readSend(fields, response, wire.clock.now()),
          ),
      };
    },
  };
}

function tokenRequest({ tokenUrl }: { tokenUrl: string }, secret: SendSecret): HttpRequest {
  const { clientId, clientSecret } = secret;
  return {
    method: "POST",
    url: tokenUrl,
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ clientId, clientSecret: clientSecret.expose() }),
  };
}

/** The earlier of `expiresAt` and the JWT's `exp`, seen from its `iat` where it has one. */
function readSend(fields: Fields, { headers }: HttpResponse, now: Date): Reading {
  const { accessToken, expiresAt: stated } = fields;
  const { iat, exp } = jwtTimes(accessToken);
  const expiresAt = earlier(instantOf(stated), exp);
  const statement =
    expiresAt &&
    (iat ? statementFromSecond(iat, expiresAt) : statementUntil(expiresAt, headers, now));
  const lifetime = lifetimeFrom([statement], !isAbsent(stated), longestDays);
  return { token: accessToken, expiresAt, lifetime };
}
