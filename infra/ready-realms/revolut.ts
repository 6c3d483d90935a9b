import type { ReadyConsentRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

interface RevolutOptions extends SandboxOrProduction {
  /** The host of the redirect address, which is the realm's callback: the assertion's issuer. */
  readonly redirectHost: string;
}

/** Revolut Business: a person of the company enables the access of the app. */
export function revolutBusiness({ environment, redirectHost }: RevolutOptions): ReadyConsentRealm {
  const prefix = environment === "production" ? "" : "sandbox-";
  const origin = `https://${prefix}b2b.revolut.com`;
  return {
    provider: "authorization-code",
    // Short, because the functions of consents have long names.
    environment: environment === "production" ? "revolut" : "revolut-test",
    displayName: "Revolut Business",
    authorizeUrl: `https://${prefix}business.revolut.com/app-confirm`,
    tokenUrl: `${origin}/api/1.0/auth/token`,
    clientAuthentication: "private_key_jwt",
    signingAlgorithm: "RS256",
    assertionIssuer: redirectHost,
    assertionAudience: "https://revolut.com",
    pkce: false,
    apiBaseUrl: origin,
  };
}

const guide =
  "https://developer.revolut.com/docs/guides/manage-accounts/get-started/make-your-first-api-request";
const api = "https://developer.revolut.com/docs/business/business-api/";

export const revolutFacts: ReadyRealmFacts = {
  provider: "Revolut Business",
  secret: {
    clientId: "the client ID that belongs to the certificate",
    privateKey: "the RSA key of the certificate, PKCS #8",
  },
  facts: [
    ["a certificate is uploaded, and an assertion signed by its key proves the client", guide],
    ["a person consents in the Revolut Business app, and the code is exchanged", guide],
    ["the apps are `business.revolut.com` and `sandbox-business.revolut.com`", guide],
    ["an access token lasts 40 minutes; the refresh token from the setup gets others", api],
    [
      "the assertion is by RS256, its `aud` is `https://revolut.com`, its `sub` the client ID",
      null,
    ],
    ["its `iss` is the host of the redirect address", null],
    ["the token endpoint is `/api/1.0/auth/token` at `b2b.` and `sandbox-b2b.revolut.com`", null],
    ["the consent is at `/app-confirm`, and gives `state` back", null],
    ["`redirect_uri` beside a code does no harm, nor do `jti` and `iat` in the assertion", null],
    ["a refresh is answered without a refresh token: the first one stays", null],
    ["an ended refresh token is answered 400, `invalid_grant`", null],
    ["a wrong assertion is answered 401, `invalid_client`", null],
    ["production may want the caller's addresses to be allowed", null],
  ],
  example: () => revolutBusiness({ environment: "sandbox", redirectHost: "consents.acme.example" }),
};
