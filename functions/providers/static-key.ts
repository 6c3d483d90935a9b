import * as v from "valibot";
import { declareStaticKey } from "./declaration/declare-provider.ts";
import { headerKey, keyExpiry } from "./declaration/secret.ts";
import { baseAddress, headerName, oneWord, probePath, settingsOf } from "./declaration/settings.ts";

/** Any API that accepts a key in a header, by configuration alone. */
export const staticKey = declareStaticKey({
  settings: settingsOf("static-key", {
    apiBaseUrl: v.optional(baseAddress),
    probePath: v.optional(probePath),
    headerName,
    scheme: v.optional(oneWord),
  }),
  settingsProblem: ({ probePath, apiBaseUrl }) =>
    probePath !== undefined && apiBaseUrl === undefined
      ? { field: "probePath", problem: "needs apiBaseUrl" }
      : null,
  secret: {
    apiKey: { meaning: "the key: visible ASCII without blanks", shape: headerKey },
    expiresAt: keyExpiry,
  },
  key: ({ apiKey, expiresAt }) => ({ key: apiKey, expiresAt }),
  presentation: ({ headerName, scheme }) => ({ headerName, scheme: scheme ?? null }),
});
