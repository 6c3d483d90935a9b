import type { ReadyClientRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface Auth0Options {
  /** The realm's: your choice. */
  readonly environment: string;
  /** The tenant's domain, or its custom one. */
  readonly domain: string;
  /** The API's identifier. */
  readonly audience: string;
}

/** Auth0, for a machine-to-machine application. */
export function auth0({ environment, domain, audience }: Auth0Options): ReadyClientRealm {
  return {
    provider: "client-credentials",
    environment,
    tokenUrl: `https://${domain}/oauth/token`,
    clientAuthentication: "post",
    audience,
  };
}

const tokens = "https://auth0.com/docs/secure/tokens/access-tokens/get-access-tokens";
const limits = "https://auth0.com/blog/why-getting-429s-and-how-to-stop-them/";

export const auth0Facts: ReadyRealmFacts = {
  provider: "Auth0",
  secret: { clientId: "the application's Client ID", clientSecret: "its Client Secret" },
  facts: [
    ["`POST /oauth/token` with `grant_type`, `client_id`, `client_secret`, `audience`", tokens],
    ["`audience` is the identifier of the API", tokens],
    ["the answer has `expires_in` in seconds (86400)", tokens],
    ["too many requests are answered 429, with `x-ratelimit-*` headers", limits],
    ["`Retry-After` is not among them: back-off is our own", null],
    ["wrong credentials are answered 401, `access_denied`", null],
    ["a new token leaves the old one valid", null],
  ],
  example: () =>
    auth0({
      environment: "auth0-ledger",
      domain: "acme.eu.auth0.com",
      audience: "https://ledger.acme.example",
    }),
};
