import { readyRealms } from "../../infra/ready-realms.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";

const { adyen, auth0, entra, gocardless, paypal, plaid, quickbooks, wise } = readyRealms;
const { finicity, githubApp, googleServiceAccount, revolutBusiness } = readyRealms;
const { modulr, salesforce, stripeConnect, truelayer, visaDeveloper } = readyRealms;
const { xeroCustomConnection } = readyRealms;

/** Each ready realm, in every environment that its provider has. */
export const everyReadyRealm: readonly RealmEntry[] = [
  adyen({ environment: "test" }),
  adyen({ environment: "live" }),
  auth0({ environment: "auth0", domain: "acme.eu.auth0.com", audience: "https://api.example" }),
  entra({ environment: "entra", tenant: "contoso.onmicrosoft.com", scope: "api://a/.default" }),
  salesforce({
    environment: "salesforce",
    myDomain: "acme.my.salesforce.com",
    sessionSeconds: 900,
  }),
  finicity({ environment: "finicity", appKey: "0a1b2c" }),
  githubApp({ environment: "github", installationId: 7, userAgent: "acme" }),
  googleServiceAccount({ environment: "google", scopes: ["https://mail.google.com/"] }),
  modulr({ environment: "sandbox" }),
  stripeConnect({ environment: "test", scope: "read_only" }),
  stripeConnect({ environment: "live", scope: "read_write" }),
  xeroCustomConnection({ environment: "xero", scopes: ["accounting.contacts"] }),
  ...(["sandbox", "production"] as const).flatMap((environment) => [
    gocardless({ environment }),
    paypal({ environment }),
    plaid({ environment, clientId: "62f4a1c0e5b1d2" }),
    quickbooks({ environment }),
    revolutBusiness({ environment, redirectHost: "consents.acme.example" }),
    truelayer({ environment }),
    visaDeveloper({ environment }),
    wise({ environment }),
  ]),
];
