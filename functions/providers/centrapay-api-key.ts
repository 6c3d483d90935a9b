import * as v from "valibot";
import { apiKeyHeader, declareStaticKey } from "./declaration/declare-provider.ts";
import { headerKey, keyExpiry } from "./declaration/secret.ts";
import { baseAddress, probePath, settingsOf } from "./declaration/settings.ts";

/** Centrapay: a merchant's API key. Old and new keys coexist. https://docs.centrapay.com/api/auth */
export const centrapayApiKey = declareStaticKey({
  settings: settingsOf("centrapay-api-key", {
    apiBaseUrl: baseAddress,
    probePath: v.optional(probePath),
  }),
  secret: {
    apiKey: { meaning: "the API key", shape: headerKey },
    expiresAt: keyExpiry,
  },
  key: ({ apiKey, expiresAt }) => ({ key: apiKey, expiresAt }),
  presentation: () => apiKeyHeader,
});
