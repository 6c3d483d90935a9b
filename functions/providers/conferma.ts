import * as v from "valibot";
import type { Issuer } from "../model/provider.ts";
import type { HttpRequest, HttpResponse } from "../platform/http-request.ts";
import type { BasicEncoding } from "./basic-authorization.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { formRequest } from "./form-request.ts";
import {
  claimUntil,
  earlier,
  instantFrom,
  isAbsent,
  lifetimeFrom,
  secondsClaim,
  spanClaim,
} from "./lifetime.ts";
import { basicClientId, plainText, readSecret, sensitiveText } from "./secret-fields.ts";
import type { AnswerFields, IssuerContext, Reading } from "./token-exchange.ts";
import { exchangeToken } from "./token-exchange.ts";

const secretSchema = v.object({
  clientId: basicClientId,
  clientSecret: sensitiveText,
  platformKey: plainText,
});

type ConfermaSecret = v.InferOutput<typeof secretSchema>;

interface ConfermaSettings {
  readonly tokenUrl: string;
  readonly basicEncoding: BasicEncoding;
}

const longestDays = 1;

/** Client credentials, with the platform key as scope. https://confermapay.readme.io/reference/authentication */
export function confermaIssuer(settings: ConfermaSettings, wire: IssuerContext): Issuer {
  return {
    openGrant(text) {
      const secret = readSecret(text, secretSchema);
      return {
        revocationScope: secret.platformKey,
        callsProvider: true,
        issue: (signal) =>
          exchangeToken(wire, tokenRequest(settings, secret), signal, (fields, response) =>
            readConferma(fields, response, wire.clock.now()),
          ),
      };
    },
  };
}

function tokenRequest(settings: ConfermaSettings, secret: ConfermaSecret): HttpRequest {
  const { clientId, clientSecret, platformKey } = secret;
  return formRequest(
    settings.tokenUrl,
    new URLSearchParams({ grant_type: "client_credentials", scope: platformKey }),
    { authorization: basicAuthorization(clientId, clientSecret, settings.basicEncoding) },
  );
}

/**
 * The sample answer has `expires` and `issued`, 300 s apart, and no `expires_in`, which the prose calls "time of
 * expiry": all three are read, the shortest counts.
 */
function readConferma(fields: AnswerFields, { headers }: HttpResponse, now: Date): Reading {
  const { access_token, expires, issued, expires_in } = fields;
  const expiresAt = earlier(instantFrom(expires), instantFrom(expires_in));
  const issuedAt = instantFrom(issued);
  const span = expiresAt && issuedAt && spanClaim(issuedAt, expiresAt);
  const statements = [
    secondsClaim(expires_in),
    secondsClaim(expires),
    span ?? (expiresAt && claimUntil(expiresAt, headers, now)),
  ];
  const wasStated = !isAbsent(expires) || !isAbsent(expires_in);
  return {
    token: access_token,
    expiresAt,
    lifetime: lifetimeFrom(statements, wasStated, longestDays),
  };
}
