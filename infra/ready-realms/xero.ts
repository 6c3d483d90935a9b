import type { ReadyClientRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface XeroOptions {
  /** The realm's: your choice. */
  readonly environment: string;
  /** As they were authorised with the connection. */
  readonly scopes: readonly [string, ...string[]];
}

/** A Xero custom connection: one organisation, without a person at each consent. */
export function xeroCustomConnection({ environment, scopes }: XeroOptions): ReadyClientRealm {
  return {
    provider: "client-credentials",
    environment,
    tokenUrl: "https://identity.xero.com/connect/token",
    basicEncoding: "raw",
    scope: scopes.join(" "),
    apiBaseUrl: "https://api.xero.com",
  };
}

const faq = "https://developer.xero.com/faq/custom-integration";
const sdk = "https://github.com/XeroAPI/xero-python/pull/57";

export const xeroFacts: ReadyRealmFacts = {
  provider: "Xero, custom connection",
  secret: { clientId: "the app's client id", clientSecret: "its client secret" },
  facts: [
    ["a custom connection is to one organisation; its demo company costs nothing", faq],
    ["a token is requested with client id and secret alone; there are no refresh tokens", faq],
    ["it expires after 30 minutes", faq],
    ["calls need no `xero-tenant-id`", faq],
    ["scopes are the granular ones, authorised by e-mail when the connection is made", faq],
    ["the token endpoint is at `identity.xero.com`", sdk],
    ["Basic authentication, id and secret as they are; `scope` in the form", null],
    ["wrong credentials are answered 400, `invalid_client`", null],
    ["a new token leaves the old one valid", null],
  ],
  example: () =>
    xeroCustomConnection({ environment: "xero-acme", scopes: ["accounting.invoices.read"] }),
};
