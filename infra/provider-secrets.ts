import type { ProviderId } from "../functions/model/provider-id.ts";

/**
 * What each provider's secret cannot do without (docs/providers/). The value of a secret that was never filled in is
 * made of these: changing an entry would make CloudFormation overwrite what operators have put into theirs.
 */
export const secretMembers: Readonly<Record<ProviderId, readonly string[]>> = {
  conferma: ["clientId", "clientSecret", "platformKey"],
  "send-payments": ["clientId", "clientSecret"],
  cfis: ["apiKey"],
  "cfis-provisioning": ["partnerProvisioningToken"],
  "centrapay-api-key": ["apiKey"],
  "client-credentials": ["clientId", "clientSecret"],
  "static-key": ["apiKey"],
  "centrapay-user": ["clientId"],
  connectpay: ["clientId", "clientSecret"],
  "authorization-code": ["clientId"],
};
