import type { ReadyKeyRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface AdyenOptions {
  readonly environment: "test" | "live";
}

/** Adyen, by an API key. */
export function adyen({ environment }: AdyenOptions): ReadyKeyRealm {
  return {
    provider: "static-key",
    environment: `adyen-${environment}`,
    headerName: "X-API-Key",
  };
}

const authentication = "https://docs.adyen.com/development-resources/api-authentication";
const endpoints = "https://docs.adyen.com/development-resources/live-endpoints";
const me = "https://docs.adyen.com/api-explorer/Management/1/get/me";

export const adyenFacts: ReadyRealmFacts = {
  provider: "Adyen",
  secret: { apiKey: "an API key of the credential" },
  facts: [
    ["the key is sent in the header `X-API-Key`", authentication],
    ["each API has a host of its own, and a live one begins with the company's prefix", endpoints],
    ["when a key is generated, the one before stays valid for 24 hours", me],
    ["`GET /me` of the Management API tells whose key it is, but only with a role of it", me],
    ["so no probe is declared; with that role, `apiBaseUrl` and `probePath` can be added", null],
    ["a wrong key is answered 401, with `errorCode` `000`", null],
  ],
  example: () => adyen({ environment: "test" }),
};
