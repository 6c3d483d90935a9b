import * as v from "valibot";
import { apiKeyHeader, declareStaticKey } from "./declaration/declare-provider.ts";
import { headerKey, keyExpiry } from "./declaration/secret.ts";
import { baseAddress, probePath, settingsOf } from "./declaration/settings.ts";

/** Confirma Finance: a partner's token for provisioning companies. */
export const cfisProvisioning = declareStaticKey({
  settings: settingsOf("cfis-provisioning", {
    apiBaseUrl: baseAddress,
    probePath: v.optional(probePath),
  }),
  secret: {
    partnerProvisioningToken: { meaning: "the partner provisioning token", shape: headerKey },
    expiresAt: keyExpiry,
  },
  key: ({ partnerProvisioningToken, expiresAt }) => ({ key: partnerProvisioningToken, expiresAt }),
  presentation: () => apiKeyHeader,
});
