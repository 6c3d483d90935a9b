import type { ReadyKeyRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface ModulrOptions {
  /** In production each call carries a signature of its own, for which there is nothing to vend. */
  readonly environment: "sandbox";
}

/** Modulr's sandbox, where the API key alone is enough. */
export function modulr({ environment }: ModulrOptions): ReadyKeyRealm {
  return {
    provider: "static-key",
    environment: `modulr-${environment}`,
    headerName: "Authorization",
    apiBaseUrl: "https://api-sandbox.modulrfinance.com/api-sandbox-token",
  };
}

const authentication = "https://modulr.readme.io/docs/authentication";
const security = "https://modulr.readme.io/docs/security";

export const modulrFacts: ReadyRealmFacts = {
  provider: "Modulr, sandbox",
  secret: { apiKey: "the API key, which Modulr calls the token as well" },
  facts: [
    ["the sandbox has an address below which the API key alone is the `Authorization`", null],
    [
      "elsewhere each call is signed by the API secret: an HMAC over date and nonce",
      authentication,
    ],
    ["keys of the sandbox may end after a month", security],
    ["a wrong key is answered 401", null],
  ],
  example: () => modulr({ environment: "sandbox" }),
};
