import * as v from "valibot";
import { earlier } from "../model/clock.ts";
import { Sensitive } from "../model/sensitive.ts";
import type { HttpResponse } from "../platform/http-request.ts";
import { bearer, declareClientCredentials } from "./declaration/declare-provider.ts";
import { basicClientId, sensitiveText } from "./declaration/secret.ts";
import { address, baseAddress, basicEncoding, settingsOf } from "./declaration/settings.ts";
import {
  claimUntil,
  instantFrom,
  isAbsent,
  lifetimeFrom,
  secondsClaim,
  spanClaim,
} from "./exchange/lifetime.ts";
import type { AnswerFields, Reading } from "./exchange/token-request.ts";

const maxDays = 1;

/** Client credentials, with the platform key as scope. https://confermapay.readme.io/reference/authentication */
export const conferma = declareClientCredentials({
  settings: settingsOf("conferma", {
    apiBaseUrl: v.optional(baseAddress),
    tokenUrl: address,
    basicEncoding: v.optional(basicEncoding, "raw"),
  }),
  secret: {
    clientId: { meaning: "the client id", shape: basicClientId },
    clientSecret: { meaning: "the client secret", shape: sensitiveText },
    platformKey: { meaning: "the platform key, sent as the scope", shape: sensitiveText },
  },
  // A new token revokes every other token of the platform, and none may be requested before expiry.
  policySettings: [],
  policy: () => ({ renewal: "at-expiry" }),
  revocationScope: ({ platformKey }) => platformKey.expose(),
  usualLifetimeSeconds: 300,
  presentation: () => bearer,
  client: ({ basicEncoding: encoding }, { clientId, clientSecret }) => ({
    clientId,
    authentication: { by: "basic", clientSecret, encoding },
  }),
  parameters: (_, { platformKey }) => [
    ["grant_type", "client_credentials"],
    ["scope", platformKey.expose()],
  ],
  readAnswer,
});

/**
 * The documented sample has `expires` and `issued`, 300 s apart, but no `expires_in`, which the text describes as the
 * "time of expiry". All three are read, and the shortest lifetime counts.
 */
function readAnswer(fields: AnswerFields, { headers }: HttpResponse, now: Date): Reading {
  const { access_token, expires, issued, expires_in } = fields;
  const expiresAt = earlier(instantFrom(expires), instantFrom(expires_in));
  const issuedAt = instantFrom(issued);
  const span = expiresAt && issuedAt && spanClaim(issuedAt, expiresAt);
  const claims = [
    secondsClaim(expires_in),
    secondsClaim(expires),
    span ?? (expiresAt && claimUntil(expiresAt, headers, now)),
  ];
  const wasClaimed = !isAbsent(expires) || !isAbsent(expires_in);
  return {
    token: new Sensitive(access_token),
    expiresAt,
    lifetime: lifetimeFrom(claims, wasClaimed, maxDays),
  };
}
