import type { ReadyClientRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

const origins = {
  sandbox: "https://api-mtls.wise-sandbox.com",
  production: "https://api-mtls.transferwise.com",
};

/** The Wise Platform API, for a partner's application itself. */
export function wise({ environment }: SandboxOrProduction): ReadyClientRealm {
  return {
    provider: "client-credentials",
    environment: `wise-${environment}`,
    tokenUrl: `${origins[environment]}/oauth/token`,
    basicEncoding: "raw",
    apiBaseUrl: origins[environment],
  };
}

const token = "https://docs.wise.com/guides/developer/auth-and-security/client-credentials-token";
const mutualTls = "https://docs.wise.com/guides/developer/auth-and-security/mtls";
const embedded = "https://docs.wise.com/api-docs/guides/embedded-finance/authentication-and-access";

export const wiseFacts: ReadyRealmFacts = {
  provider: "Wise",
  secret: {
    clientId: "the client ID",
    clientSecret: "the client secret",
    tlsCertificateChain: "the client certificate from Developer Hub",
    tlsPrivateKey: "its private key",
  },
  facts: [
    ["`POST /oauth/token`, a form with `grant_type=client_credentials`", token],
    ["Basic authentication, id and secret as they are", token],
    ["mutual TLS is required of all OAuth 2.0 partners", token],
    ["its hosts are `api-mtls.wise-sandbox.com` and `api-mtls.transferwise.com`", mutualTls],
    ["calls of the API need the certificate, too: callers must have one", mutualTls],
    ["the answer has `expires_in` in seconds (43199), and `token_type` `bearer`", token],
    ["workers may have tokens of their own at the same time", embedded],
    ["the token is for the application, not for a profile of a user", token],
    ["wrong credentials are answered 401, `invalid_client`", null],
  ],
  example: () => wise({ environment: "sandbox" }),
};
