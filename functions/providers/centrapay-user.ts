import * as v from "valibot";
import { plusMs } from "../model/clock.ts";
import { declareConsent } from "./declaration/declare-provider.ts";
import { basicClientId, sensitiveText } from "./declaration/secret.ts";
import { address, consentSettings, settingsOf, someScopes } from "./declaration/settings.ts";

/** Sixty days: https://docs.centrapay.com/api/auth */
const refreshMs = 60 * 86_400_000;

/** Centrapay on behalf of a person: OpenID Connect with PKCE, served by AWS Cognito. */
export const centrapayUser = declareConsent({
  settings: settingsOf("centrapay-user", {
    ...consentSettings,
    issuer: address,
    jwksUrl: address,
    scopes: v.optional(
      v.pipe(
        someScopes,
        v.check(
          (names) => names.includes("openid"),
          "must include openid, because an ID token is needed",
        ),
      ),
      ["openid"],
    ),
  }),
  secret: {
    clientId: { meaning: "the client id", shape: basicClientId },
    clientSecret: {
      meaning: "the secret of a confidential client",
      shape: v.optional(sensitiveText),
    },
  },
  presentation: () => ({ headerName: "Authorization", scheme: null }),
  displayName: "Centrapay",
  scopes: ({ scopes }) => scopes,
  openId: ({ issuer, jwksUrl }) => ({ issuer, jwksUrl }),
  pkce: () => true,
  client: (_, { clientId, clientSecret }) => ({
    clientId,
    authentication: clientSecret
      ? { by: "basic", clientSecret, encoding: "raw" }
      : { by: "identifier" },
  }),
  hasCodesToCopy: false,
  maxDays: 1,
  unstatedSeconds: () => 3600,
  // No answer states the refresh token's lifetime. A refresh that replaces it does not extend it.
  refreshEndsAt: (_, { requestedAt }, isFirst) => (isFirst ? plusMs(requestedAt, refreshMs) : null),
});
