import type { RealmEntry } from "./realm-list.ts";

/**
 * What is deployed: one realm a line, with the settings of its provider (docs/providers/) and its `accounts`, `default`
 * alone if unsaid. Secrets are not here; the stack makes an empty one for each account, named
 * `token-vending/<provider>/<environment>/<account>`.
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
];
