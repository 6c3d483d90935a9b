import type { ReadyKeyRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

interface PlaidOptions extends SandboxOrProduction {
  /** No secret: callers send it beside the key. */
  readonly clientId: string;
}

/** Plaid, whose secret callers send in a header. */
export function plaid({ environment, clientId }: PlaidOptions): ReadyKeyRealm {
  return {
    provider: "static-key",
    environment: `plaid-${environment}`,
    headerName: "PLAID-SECRET",
    extraHeaders: { "PLAID-CLIENT-ID": clientId },
    apiBaseUrl: `https://${environment}.plaid.com`,
  };
}

const api = "https://plaid.com/docs/api/";

export const plaidFacts: ReadyRealmFacts = {
  provider: "Plaid",
  secret: { apiKey: "the environment's secret" },
  facts: [
    ["id and secret may be sent in the headers `PLAID-CLIENT-ID` and `PLAID-SECRET`", api],
    ["requests are `POST`, with JSON: there is nothing to probe by `GET`", api],
    ["the environments are at `sandbox.plaid.com` and `production.plaid.com`", null],
    ["a wrong secret is answered 400, with `error_code` `INVALID_API_KEYS`", null],
    ["400 is also answered for wrong requests: callers report a rejection by that code", null],
    ["each Item has an access token of its own, which is not vended", null],
  ],
  example: () => plaid({ environment: "sandbox", clientId: "62f4a1c0e5b1d20013a4b7c9" }),
};
