import type { ReadyClientRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

/** PayPal's REST APIs, for the merchant who has created the app. */
export function paypal({ environment }: SandboxOrProduction): ReadyClientRealm {
  const origin = `https://api-m.${environment === "production" ? "" : "sandbox."}paypal.com`;
  return {
    provider: "client-credentials",
    environment: `paypal-${environment}`,
    tokenUrl: `${origin}/v1/oauth2/token`,
    basicEncoding: "raw",
    apiBaseUrl: origin,
  };
}

const reference = "https://developer.paypal.com/docs/api/reference/get-an-access-token/";
const requests = "https://developer.paypal.com/api/make-api-requests";

export const paypalFacts: ReadyRealmFacts = {
  provider: "PayPal",
  secret: { clientId: "the app's client ID", clientSecret: "its secret" },
  facts: [
    ["`POST /v1/oauth2/token`, a form with `grant_type=client_credentials`", reference],
    ["Basic authentication, id and secret as they are", reference],
    ["the answer has `expires_in` in seconds, about nine hours", reference],
    ["a token is reused until it expires, and then a new one requested", reference],
    ["the hosts are `api-m.sandbox.paypal.com` and `api-m.paypal.com`", requests],
    ["wrong credentials are answered 401, `invalid_client`", null],
    ["a new token leaves the old one valid", null],
  ],
  example: () => paypal({ environment: "sandbox" }),
};
