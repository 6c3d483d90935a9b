import * as v from "valibot";
import { apiKeyHeader, declareStaticKey } from "./declaration/declare-provider.ts";
import { headerKey, keyExpiry } from "./declaration/secret.ts";
import { baseAddress, probePath, settingsOf } from "./declaration/settings.ts";

/** Confirma Finance: a partner's API key, which `/validate` checks. https://developer-partnerapi.confirmafinance.com/validate-access-token-4087227e0 */
export const cfis = declareStaticKey({
  settings: settingsOf("cfis", {
    apiBaseUrl: baseAddress,
    probePath: v.optional(probePath),
  }),
  secret: {
    apiKey: { meaning: "the API key of the partner", shape: headerKey },
    expiresAt: keyExpiry,
  },
  key: ({ apiKey, expiresAt }) => ({ key: apiKey, expiresAt }),
  presentation: () => apiKeyHeader,
});
