import type { ReadyClientRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface EntraOptions {
  /** The realm's: your choice. */
  readonly environment: string;
  /** The directory's id or domain name; not `common`. */
  readonly tenant: string;
  /** The application ID URI of one API, with `/.default`. */
  readonly scope: string;
}

/** Microsoft Entra ID, for an application with a client secret. */
export function entra({ environment, tenant, scope }: EntraOptions): ReadyClientRealm {
  return {
    provider: "client-credentials",
    environment,
    tokenUrl: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
    clientAuthentication: "post",
    scope,
  };
}

const flow =
  "https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow";

export const entraFacts: ReadyRealmFacts = {
  provider: "Microsoft Entra ID",
  secret: { clientId: "the application (client) ID", clientSecret: "the value of a client secret" },
  facts: [
    ["`POST /{tenant}/oauth2/v2.0/token` at `login.microsoftonline.com`, a form", flow],
    ["`client_id` and `client_secret` in the body; Basic authentication works too", flow],
    ["`scope` is the resource's application ID URI with `/.default`, of one resource", flow],
    ["the answer has `expires_in` in seconds (3599), and no refresh token", flow],
    ["an error is answered 400, with `error` as in RFC 6749 and Entra's own codes beside it", flow],
    ["a wrong secret is answered 401, `invalid_client` (AADSTS7000215)", null],
    ["a new token leaves the old one valid", null],
    ["a certificate instead of a secret needs its thumbprint in the assertion: not declared", null],
  ],
  example: () =>
    entra({
      environment: "entra-graph",
      tenant: "contoso.onmicrosoft.com",
      scope: "https://graph.microsoft.com/.default",
    }),
};
