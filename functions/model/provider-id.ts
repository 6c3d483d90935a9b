/**
 * The kinds of access that can be vended. One string names the provider everywhere: file, realm, secret, simulator,
 * documentation page. Adding one here makes the compiler list what is missing (docs/adding-a-provider.md).
 */
export const providerIds = [
  "conferma",
  "send-payments",
  "cfis",
  "cfis-provisioning",
  "centrapay-api-key",
  "client-credentials",
  "static-key",
  "centrapay-user",
  "connectpay",
  "authorization-code",
] as const;

export type ProviderId = (typeof providerIds)[number];

const consentProviderIds = ["centrapay-user", "connectpay", "authorization-code"] as const;

/** The kinds of access that a person grants in a browser. */
export type ConsentProviderId = (typeof consentProviderIds)[number];

export function needsConsent(provider: ProviderId): provider is ConsentProviderId {
  return (consentProviderIds as readonly ProviderId[]).includes(provider);
}
