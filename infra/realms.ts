import type { RealmEntry } from "./realm-list.ts";

/** Ask Centrapay for the id of the user pool, and replace it in both addresses. */
const centrapayUser: RealmEntry = {
  provider: "centrapay-user",
  environment: "production",
  issuer: "https://cognito-idp.ap-southeast-2.amazonaws.com/ask-centrapay",
  jwksUrl: "https://cognito-idp.ap-southeast-2.amazonaws.com/ask-centrapay/.well-known/jwks.json",
  authorizeUrl: "https://auth.centrapay.com/oauth2/authorize",
  tokenUrl: "https://auth.centrapay.com/oauth2/token",
  apiBaseUrl: "https://service.centrapay.com",
};

/**
 * The realms of the stages `dev` and `stage` (stages.ts), each with the settings of its provider (docs/providers/) and
 * its `accounts` (default: `default`), and `renewalMemoryMb` for thousands of connections (docs/scale.md). Secrets are
 * not here: the stack creates one without a value for each account, named `token-vending/<provider>/<environment>/<account>`.
 */
export const realms: readonly RealmEntry[] = [
  {
    provider: "conferma",
    environment: "sandbox",
    tokenUrl: "https://assure.cert-confermapay.com/token",
    apiBaseUrl: "https://api.cert-confermapay.com",
  },
  {
    provider: "cfis",
    environment: "staging",
    apiBaseUrl: "https://staging-integrations.confirmafinance.com",
    probePath: "/api/v1/partner/validate",
  },
  {
    provider: "cfis-provisioning",
    environment: "staging",
    apiBaseUrl: "https://staging-integrations.confirmafinance.com",
  },
  {
    provider: "centrapay-api-key",
    environment: "test",
    apiBaseUrl: "https://service.centrapay.com",
  },
  {
    // The address of the environment comes with the client id: replace this one.
    provider: "send-payments",
    environment: "sandbox",
    tokenUrl: "https://send-payments.example/auth",
  },
  centrapayUser,
  {
    provider: "connectpay",
    environment: "stage",
    authorizeUrl: "https://api2-stage.connectpay.com/auth/v1/oauth2/authorize",
    tokenUrl: "https://api-stage.connectpay.com/auth/v1/oauth2/token",
    scopes: ["psd2-ais", "psd2-pis"],
  },
];

/** The realms of the stage `production`. Here an address of a provider's test environment is refused (test-hosts.ts). */
export const productionRealms: readonly RealmEntry[] = [
  {
    // The address is a merchant's own: ask Conferma, and replace this one.
    provider: "conferma",
    environment: "production",
    tokenUrl: "https://conferma.example/token",
  },
  {
    provider: "cfis",
    environment: "production",
    apiBaseUrl: "https://integrations.confirmafinance.com",
    probePath: "/api/v1/partner/validate",
  },
  {
    provider: "cfis-provisioning",
    environment: "production",
    apiBaseUrl: "https://integrations.confirmafinance.com",
  },
  {
    provider: "centrapay-api-key",
    environment: "production",
    apiBaseUrl: "https://service.centrapay.com",
  },
  {
    // The address of the environment comes with the client id: replace this one.
    provider: "send-payments",
    environment: "production",
    tokenUrl: "https://send-payments.example/auth",
  },
  centrapayUser,
  {
    provider: "connectpay",
    environment: "production",
    authorizeUrl: "https://api2.connectpay.com/auth/v1/oauth2/authorize",
    tokenUrl: "https://api.connectpay.com/auth/v1/oauth2/token",
    scopes: ["psd2-ais", "psd2-pis"],
  },
];
