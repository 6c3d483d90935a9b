import type { ReadyKeyRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

/** Visa Developer, by user id and password. The client certificate, which each call needs too, is the caller's own. */
export function visaDeveloper({ environment }: SandboxOrProduction): ReadyKeyRealm {
  const host = environment === "sandbox" ? "sandbox.api.visa.com" : "api.visa.com";
  return {
    provider: "static-key",
    environment: `visa-${environment}`,
    headerName: "Authorization",
    scheme: "Basic",
    apiBaseUrl: `https://${host}`,
  };
}

const twoWaySsl = "https://developer.visa.com/pages/working-with-visa-apis/two-way-ssl";

export const visaFacts: ReadyRealmFacts = {
  provider: "Visa Developer",
  secret: { apiKey: "user id, a colon and password, in base64" },
  facts: [
    ["each call needs a client certificate in the TLS handshake (Two-Way SSL)", twoWaySsl],
    ["user id and password of the project are sent by Basic authentication beside it", null],
    ["the certificate is not vended: callers have it in a secret of their own", null],
    ["without it nothing is answered, so no probe is declared", null],
    ["the environments are at `sandbox.api.visa.com` and `api.visa.com`", null],
    [
      "some APIs also want messages encrypted, with keys of the caller's",
      "https://developer.visa.com/capabilities/vpp/docs-authentication",
    ],
  ],
  example: () => visaDeveloper({ environment: "sandbox" }),
};
