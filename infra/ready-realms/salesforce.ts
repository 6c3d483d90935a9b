import type { ReadyClientRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface SalesforceOptions {
  /** The realm's: your choice. */
  readonly environment: string;
  /** My Domain, of production or of a sandbox: `acme.my.salesforce.com`. */
  readonly myDomain: string;
  /** The session timeout of the app's policy, or else of the organisation: no answer states it. */
  readonly sessionSeconds: number;
}

/** Salesforce, for an external client app with an integration user. Callers find its address in `attributes.instance_url`. */
export function salesforce(options: SalesforceOptions): ReadyClientRealm {
  const { environment, myDomain, sessionSeconds } = options;
  const origin = `https://${myDomain}`;
  return {
    provider: "client-credentials",
    environment,
    tokenUrl: `${origin}/services/oauth2/token`,
    clientAuthentication: "post",
    lifetimeSeconds: sessionSeconds,
    apiBaseUrl: origin,
    attributes: { instance_url: "answer" },
  };
}

const sample =
  "https://help.salesforce.com/apex/HTViewHelpDoc?id=service.conversation_transcript_api_sample1.htm";
const flow =
  "https://help.salesforce.com/apex/HTViewHelpDoc?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm";
const expiry = "https://xkit.co/blog/when-do-salesforce-access-tokens-expire";
const timeout =
  "https://salesforce.stackexchange.com/questions/306455/access-token-expiration-semantics";

export const salesforceFacts: ReadyRealmFacts = {
  provider: "Salesforce",
  secret: { clientId: "the consumer key", clientSecret: "the consumer secret" },
  facts: [
    ["`POST /services/oauth2/token` at My Domain, a form with id and secret", sample],
    ["the token is of the integration user that the app names", flow],
    ["the answer has `instance_url`, `issued_at` and no `expires_in`", sample],
    ["`expires_in` is in no answer", expiry],
    [
      "a session ends when it was not used for as long as the app or the organisation says",
      timeout,
    ],
    ["it is renewed as if it had not been used, which is early at worst", null],
    ["`instance_url` is the address of the API, My Domain: it is vended beside the token", null],
    ["`login.salesforce.com` does not serve this flow", null],
    ["wrong credentials are answered 400 or 401, `invalid_client`", null],
    ["a request may be answered with the token of the session before, which stays valid", null],
  ],
  example: () =>
    salesforce({
      environment: "salesforce-acme",
      myDomain: "acme.my.salesforce.com",
      sessionSeconds: 7200,
    }),
};
