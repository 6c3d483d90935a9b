import * as v from "valibot";
import type { Issuer } from "../model/provider.ts";
import type { HttpRequest } from "../platform/http-request.ts";
import type { BasicEncoding } from "./basic-authorization.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { isBearer } from "./bearer.ts";
import { formRequest } from "./form-request.ts";
import { isAbsent, lifetimeFrom, secondsClaim } from "./lifetime.ts";
import { basicClientId, readSecret, sensitiveText } from "./secret-fields.ts";
import type { AnswerFields, IssuerContext, Reading } from "./token-exchange.ts";
import { exchangeToken } from "./token-exchange.ts";

const secretSchema = v.object({
  clientId: basicClientId,
  clientSecret: sensitiveText,
  scope: v.optional(v.string()),
});

type ClientSecret = v.InferOutput<typeof secretSchema>;

interface ClientCredentialsSettings {
  readonly tokenUrl: string;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  readonly clientAuthentication: "basic" | "post";
  readonly basicEncoding: BasicEncoding;
  readonly onIssue: "coexist" | "revoke";
}

const longestDays = 400;

/** Any server of RFC 6749 §4.4, by configuration alone. */
export function clientCredentialsIssuer(
  settings: ClientCredentialsSettings,
  wire: IssuerContext,
): Issuer {
  return {
    openGrant(text) {
      const secret = readSecret(text, secretSchema);
      return {
        revocationScope: settings.onIssue === "revoke" ? secret.clientId : null,
        callsProvider: true,
        issue: (signal) => exchangeToken(wire, tokenRequest(settings, secret), signal, readAnswer),
      };
    },
  };
}

function tokenRequest(settings: ClientCredentialsSettings, secret: ClientSecret): HttpRequest {
  const { clientId, clientSecret } = secret;
  const { tokenUrl, audience, clientAuthentication, basicEncoding } = settings;
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  const scope = secret.scope ?? settings.scope;
  if (scope) form.set("scope", scope);
  if (audience) form.set("audience", audience);
  if (clientAuthentication === "basic") {
    const authorization = basicAuthorization(clientId, clientSecret, basicEncoding);
    return formRequest(tokenUrl, form, { authorization });
  }
  form.set("client_id", clientId);
  form.set("client_secret", clientSecret.expose());
  return formRequest(tokenUrl, form);
}

/** RFC 6749 §5.1. */
function readAnswer({ access_token, token_type, expires_in }: AnswerFields): Reading {
  const lifetime = lifetimeFrom([secondsClaim(expires_in)], !isAbsent(expires_in), longestDays);
  return { token: isBearer(token_type) ? access_token : null, lifetime, expiresAt: null };
}
