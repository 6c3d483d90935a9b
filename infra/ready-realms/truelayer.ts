import type { ReadyClientRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

interface TrueLayerOptions extends SandboxOrProduction {
  /** Besides `payments`, such as `recurring_payments:sweeping`. */
  readonly furtherScopes?: readonly string[];
}

/** TrueLayer's Payments API v3. */
export function truelayer({ environment, furtherScopes = [] }: TrueLayerOptions): ReadyClientRealm {
  const domain = environment === "production" ? "truelayer.com" : "truelayer-sandbox.com";
  return {
    provider: "client-credentials",
    environment: `truelayer-${environment}`,
    tokenUrl: `https://auth.${domain}/connect/token`,
    clientAuthentication: "post",
    requestFormat: "json",
    scope: ["payments", ...furtherScopes].join(" "),
    apiBaseUrl: `https://api.${domain}`,
  };
}

const token = "https://docs.truelayer.com/docs/generate-a-payment-access-token";
const openapi = "https://docs.truelayer.com/openapi/authentication-server.json";
const sample = "https://docs.truelayer.com/docs/retrieve-a-token-in-your-server-for-payments-v3";

export const truelayerFacts: ReadyRealmFacts = {
  provider: "TrueLayer",
  secret: { clientId: "the app's client_id", clientSecret: "its client_secret" },
  facts: [
    ["`POST /connect/token` with `grant_type`, `client_id`, `client_secret`, `scope`", token],
    ["at least the scope `payments`; several with spaces between them", token],
    ["parameters are members of a JSON object; an older page shows a form", openapi],
    ["the hosts are `auth.truelayer-sandbox.com` and `auth.truelayer.com`", openapi],
    ["the answer has `expires_in` in seconds (3600)", sample],
    ["payments are signed as well, by the caller: a token alone makes none", null],
    ["the API is at `api.` of the same domain", null],
    ["wrong credentials are answered 400, `invalid_client`", null],
    ["a new token leaves the old one valid", null],
  ],
  example: () => truelayer({ environment: "sandbox" }),
};
