import type { ReadyConsentRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface StripeConnectOptions {
  /** It is that of the platform's secret key: the addresses are the same. */
  readonly environment: "test" | "live";
  readonly scope: "read_only" | "read_write";
}

/** Stripe Connect for Standard accounts. Callers find the account's id in `attributes.stripe_user_id`. */
export function stripeConnect({ environment, scope }: StripeConnectOptions): ReadyConsentRealm {
  return {
    provider: "authorization-code",
    environment: `stripe-${environment}`,
    displayName: "Stripe",
    authorizeUrl: "https://connect.stripe.com/oauth/authorize",
    tokenUrl: "https://connect.stripe.com/oauth/token",
    clientAuthentication: "post",
    scopes: [scope],
    pkce: false,
    attributes: { stripe_user_id: "answer" },
    customerAttribute: "stripe_user_id",
    apiBaseUrl: "https://api.stripe.com",
  };
}

const reference = "https://docs.stripe.com/connect/oauth-reference";
const standard = "https://docs.stripe.com/connect/oauth-standard-accounts";
const types = "https://typedoc.mayson.ai/interfaces/packages_stripe_src.Stripe.OAuthToken.html";
const invalidGrant = "https://nango.dev/blog/stripe-oauth-refresh-token-invalid-grant";

export const stripeConnectFacts: ReadyRealmFacts = {
  provider: "Stripe Connect",
  secret: {
    clientId: "the platform's client id, ca_…",
    clientSecret: "the platform's secret key, of the same mode",
  },
  facts: [
    ["Stripe recommends onboarding over OAuth for new platforms", standard],
    ["the person is sent to `connect.stripe.com/oauth/authorize`, with `scope`", reference],
    ["the answer has `stripe_user_id`, the account, and `livemode`", types],
    ["an access token does not expire; the person may withdraw it at any time", types],
    ["so it is vended until a caller reports that it is refused, and then refreshed once", null],
    ["an ended code or refresh token is answered 400, `invalid_grant`", invalidGrant],
    ["a refresh token is replaced when it is used", invalidGrant],
    [
      "`client_secret` is the platform's secret key, in the form; `client_id` may be there too",
      null,
    ],
    ["a wrong key is answered 401, without an `error` of OAuth", null],
    ["a consent is ended by `/oauth/deauthorize`, which is not RFC 7009: not declared", null],
    ["PKCE is not documented, and not used", null],
  ],
  example: () => stripeConnect({ environment: "test", scope: "read_write" }),
};
