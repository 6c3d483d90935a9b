import type { ReadyConsentRealm, ReadyRealmFacts, SandboxOrProduction } from "./ready-realm.ts";

const origins = {
  sandbox: "https://sandbox-quickbooks.api.intuit.com",
  production: "https://quickbooks.api.intuit.com",
};

/** QuickBooks Online: a person connects a company. Callers find its id in `attributes.realmId`. */
export function quickbooks({ environment }: SandboxOrProduction): ReadyConsentRealm {
  return {
    provider: "authorization-code",
    // Short, because the functions of consents have long names.
    environment: `qbo-${environment}`,
    displayName: "QuickBooks Online",
    authorizeUrl: "https://appcenter.intuit.com/connect/oauth2",
    tokenUrl: "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    revokeUrl: "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    basicEncoding: "raw",
    scopes: ["com.intuit.quickbooks.accounting"],
    pkce: false,
    attributes: { realmId: "callback" },
    answer: { refreshLifetime: { member: "x_refresh_token_expires_in", unit: "seconds" } },
    apiBaseUrl: origins[environment],
  };
}

const oauth =
  "https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0";
const faq =
  "https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/faq";
const requests =
  "https://www.useparagon.com/integration-error-solutions/quickbooks-invalid-grant-error";
const guide = "https://oauth-pythonclient.readthedocs.io/en/latest/user-guide.html";

export const quickbooksFacts: ReadyRealmFacts = {
  provider: "QuickBooks Online",
  secret: {
    clientId: "the client ID, of development or production",
    clientSecret: "the client secret that goes with it",
  },
  facts: [
    ["tokens are of one company, whose id (`realmId`) every call names", oauth],
    ["`realmId` is a parameter of the callback; a browser could change it", guide],
    ["so nobody is identified by it: a call for another company is refused by the API", null],
    ["codes and refresh tokens are posted as a form to `/oauth2/v1/tokens/bearer`", requests],
    ["Basic authentication, id and secret as they are", requests],
    ["sandbox and production differ by the client and the API's host", guide],
    ["an access token lasts an hour; each answer's refresh token is the one to use next", faq],
    ["an ended or wrong code or refresh token is answered 400, `invalid_grant`", requests],
    ["`x_refresh_token_expires_in` says how long the refresh token lasts, about 100 days", null],
    ["`invalid_grant` is also said of a wrong client: its refresh tokens are another app's", null],
    ["a wrong secret is answered 401, `invalid_client`", null],
    ["PKCE is not documented, and not used", null],
  ],
  example: () => quickbooks({ environment: "sandbox" }),
};
