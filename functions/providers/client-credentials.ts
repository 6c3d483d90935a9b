import * as v from "valibot";
import { bearer, declareClientCredentials } from "./declaration/declare-provider.ts";
import { basicClientId, sensitiveText } from "./declaration/secret.ts";
import {
  address,
  baseAddress,
  basicEncoding,
  seconds,
  settingsOf,
} from "./declaration/settings.ts";
import { basicAuthorization, formRequest } from "./oauth/client-authentication.ts";
import { readTokenResponse } from "./oauth/token-response.ts";

const maxDays = 400;

/** Any server with the client credentials grant (RFC 6749 §4.4), by configuration alone. */
export const clientCredentials = declareClientCredentials({
  settings: settingsOf("client-credentials", {
    apiBaseUrl: v.optional(baseAddress),
    tokenUrl: address,
    scope: v.optional(v.string()),
    audience: v.optional(v.string()),
    clientAuthentication: v.optional(v.picklist(["basic", "post"]), "basic"),
    basicEncoding: v.optional(basicEncoding, "rfc6749"),
    onIssue: v.optional(v.picklist(["coexist", "revoke"]), "coexist"),
    earlySeconds: v.optional(seconds),
  }),
  secret: {
    clientId: { meaning: "the client id", shape: basicClientId },
    clientSecret: { meaning: "the client secret", shape: sensitiveText },
    scope: { meaning: "the scope, instead of the setting's", shape: v.optional(v.string()) },
  },
  policySettings: ["onIssue", "earlySeconds"],
  // Where a new token revokes the old one, it is requested at expiry, when that does no harm, or at a handover before.
  policy: ({ onIssue, earlySeconds }) => {
    if (onIssue === "coexist")
      return { renewal: "early", beforeExpiryMs: (earlySeconds ?? 300) * 1000 };
    if (earlySeconds === undefined) return { renewal: "at-expiry" };
    return { renewal: "at-handover", beforeExpiryMs: earlySeconds * 1000 };
  },
  revocationScope: ({ clientId }, { onIssue }) => (onIssue === "revoke" ? clientId : null),
  usualLifetimeSeconds: 300,
  presentation: () => bearer,
  request(settings, secret) {
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
  },
  readAnswer: (fields) => readTokenResponse(fields, maxDays, { kind: "unknown" }),
});
