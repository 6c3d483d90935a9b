import type { ReadyClientRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface GoogleOptions {
  /** The realm's: your choice. */
  readonly environment: string;
  /** Of the APIs, by their addresses. */
  readonly scopes: readonly [string, ...string[]];
}

/** A Google service account, for its own data, or for those of the user whom the secret's `subject` names. */
export function googleServiceAccount({ environment, scopes }: GoogleOptions): ReadyClientRealm {
  return {
    provider: "client-credentials",
    environment,
    tokenUrl: "https://oauth2.googleapis.com/token",
    clientAuthentication: "grant",
    grant: "jwt-bearer",
    signingAlgorithm: "RS256",
    assertion: { scopeIn: "claim" },
    scope: scopes.join(" "),
  };
}

const claims = "https://gist.github.com/fsans/6c88cb755837c22b265f31d9aa8fdc23";
const request =
  "https://developers.qodex.ai/postman-team-collections/google-service-account-access/google-get-token";
const refusal = "https://httpfixer.dev/blog/oauth/fix-google-oauth-invalid-grant/";

export const googleFacts: ReadyRealmFacts = {
  provider: "Google service account",
  secret: {
    clientId: "the account's client_email",
    privateKey: "its private_key",
    keyId: "its private_key_id",
    subject: "optional: the user's e-mail address, with domain-wide delegation",
  },
  facts: [
    ["`POST https://oauth2.googleapis.com/token`, a form with grant type and assertion", request],
    ["the assertion is signed by RS256", claims],
    ["`iss` is the account's e-mail address, `aud` is the token endpoint", claims],
    ["`scope` is a claim, with spaces between several", claims],
    ["`sub` is the user for whom access was delegated", claims],
    ["an assertion is valid for an hour at most; ours for a minute", request],
    ["a wrong key, user or clock is answered 400, `invalid_grant`", refusal],
    ["the answer has `expires_in` in seconds, up to an hour", null],
    ["a claim `jti` is ignored", null],
    ["a new token leaves the old one valid", null],
  ],
  example: () =>
    googleServiceAccount({
      environment: "google-sheets",
      scopes: ["https://www.googleapis.com/auth/spreadsheets.readonly"],
    }),
};
