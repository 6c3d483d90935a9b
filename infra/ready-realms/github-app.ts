import type { ReadyClientRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface GitHubAppOptions {
  /** The realm's: your choice. */
  readonly environment: string;
  /** Of the app, in an organisation or at a user: the number at the end of the address of its settings. */
  readonly installationId: number;
  /** How GitHub may name the sender: it refuses requests without a name. */
  readonly userAgent: string;
}

/** The tokens of one installation of a GitHub App, for all that it may do. */
export function githubApp(options: GitHubAppOptions): ReadyClientRealm {
  const { environment, installationId, userAgent } = options;
  const origin = "https://api.github.com";
  return {
    provider: "client-credentials",
    environment,
    tokenUrl: `${origin}/app/installations/${installationId}/access_tokens`,
    clientAuthentication: "bearer_jwt",
    signingAlgorithm: "RS256",
    requestFormat: "json",
    parameterNames: { grant_type: null },
    tokenHeaders: { "User-Agent": userAgent, "X-GitHub-Api-Version": "2022-11-28" },
    answer: { accessToken: "token", lifetime: { member: "expires_at", unit: "iso-8601" } },
    apiBaseUrl: origin,
  };
}

const guide =
  "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app";
const jwt = `${guide}/generating-a-json-web-token-jwt-for-a-github-app`;
const installation = `${guide}/generating-an-installation-access-token-for-a-github-app`;
const reference =
  "https://examples.flexydox.org/github/operations/oapi30.appinstallationsinstallation_idaccess_tokens-post";
const limits = "https://docs.github.com/en/enterprise-server@3.14/rest/overview/troubleshooting";
const userAgents =
  "https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api?apiVersion=2022-11-28#user-agent";

export const githubAppFacts: ReadyRealmFacts = {
  provider: "GitHub App",
  secret: { clientId: "the app's client ID", privateKey: "a private key of the app" },
  facts: [
    [
      "`POST /app/installations/{installation_id}/access_tokens` with a JWT as bearer token",
      installation,
    ],
    ["the JWT is signed by RS256; `iss` is the client ID, `exp` at most ten minutes ahead", jwt],
    ["the answer is 201 with `token` and `expires_at`, an hour later", reference],
    ["a wrong JWT is answered 401", reference],
    ["a request without a `User-Agent` is refused", userAgents],
    ["too many requests are answered 403 or 429, with or without `Retry-After`", limits],
    [
      "403 without `Retry-After` counts as a refusal here: put the key again once the limit is over",
      null,
    ],
    [
      "an installation that is gone is answered 404: `provider-malformed`, until it is configured anew",
      null,
    ],
    ["the claims `aud` and `jti` are ignored, and a body `{}` is taken", null],
    ["a new token leaves the old one valid", null],
  ],
  example: () =>
    githubApp({ environment: "github-acme", installationId: 1234567, userAgent: "acme-vending" }),
};
