import type { ReadyKeyRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

/** GoCardless, by an access token of one's own account. */
export function gocardless({ environment }: SandboxOrProduction): ReadyKeyRealm {
  return {
    provider: "static-key",
    environment: `gocardless-${environment}`,
    headerName: "Authorization",
    scheme: "Bearer",
    extraHeaders: { "GoCardless-Version": "2015-07-06" },
    apiBaseUrl: `https://api${environment === "production" ? "" : "-sandbox"}.gocardless.com`,
    probePath: "/creditors",
  };
}

const guide = "https://bollardai.com/resources/gocardless";
const errors = "https://help.netquarry.com/html/276e8bd2-f70a-3484-4d1e-951dfab83753.htm";

export const gocardlessFacts: ReadyRealmFacts = {
  provider: "GoCardless",
  secret: { apiKey: "an access token, read-only or read-write" },
  facts: [
    ["the access token is created in the dashboard, and sent as a bearer token", guide],
    ["each request has `GoCardless-Version`; the latest is `2015-07-06`", guide],
    ["the hosts are `api-sandbox.gocardless.com` and `api.gocardless.com`", guide],
    ["a wrong one has the reason `access_token_not_found`", errors],
    ["`GET /creditors` needs no more than a read-only token, and serves as the probe", null],
    ["a wrong token is answered 401", null],
    ["tokens do not expire, and several are valid at once", null],
  ],
  example: () => gocardless({ environment: "sandbox" }),
};
