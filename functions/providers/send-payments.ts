import * as v from "valibot";
import type { Issuer } from "../model/provider.ts";
import type { HttpRequest, HttpResponse } from "../platform/http-request.ts";
import { jwtTimes } from "./jwt-times.ts";
import {
  claimFromSecond,
  claimUntil,
  earlier,
  instantFrom,
  isAbsent,
  lifetimeFrom,
} from "./lifetime.ts";
import { plainText, readSecret, sensitiveText } from "./secret-fields.ts";
import type { AnswerFields, IssuerContext, Reading } from "./token-exchange.ts";
import { exchangeToken } from "./token-exchange.ts";

const secretSchema = v.object({
  clientId: plainText,
  clientSecret: sensitiveText,
});

type SendSecret = v.InferOutput<typeof secretSchema>;

const longestDays = 1;

/** `POST /auth` with JSON, answered 201. https://developer.sendpayments.com/docs/authentication-1 */
export function sendPaymentsIssuer(
  settings: { readonly tokenUrl: string },
  wire: IssuerContext,
): Issuer {
  return {
    openGrant(text) {
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
function readSend(fields: AnswerFields, { headers }: HttpResponse, now: Date): Reading {
  const { accessToken, expiresAt: stated } = fields;
  const { iat, exp } = jwtTimes(accessToken);
  const expiresAt = earlier(instantFrom(stated), exp);
  const statement =
    expiresAt && (iat ? claimFromSecond(iat, expiresAt) : claimUntil(expiresAt, headers, now));
  const lifetime = lifetimeFrom([statement], !isAbsent(stated), longestDays);
  return { token: accessToken, expiresAt, lifetime };
}
