import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readyRealms } from "../../infra/ready-realms.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { certificateMembers } from "../support/a-client.ts";
import { summarizeOutcome } from "../support/an-issuer.ts";
import type { PublishedAnswer, PublishedServer } from "../support/published-server.ts";
import { startPublishedServer } from "../support/published-server.ts";
import { callWithToken, issueByEntry } from "../support/ready-realm.ts";

let server: PublishedServer;
beforeAll(async () => {
  server = await startPublishedServer();
});
afterAll(() => server.stop());

/** What a provider publishes about its token endpoint, copied by hand from the pages that docs/ready-realms.md names. */
interface Contract {
  readonly realm: RealmEntry;
  readonly secret: object;
  readonly url: string;
  readonly contentType?: string;
  /** Of the header, as the documentation has it before Base64; null where the credentials are in the body. */
  readonly basic: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether the server asks for a client certificate. */
  readonly isMutualTls?: boolean;
  /** The sample of the documentation, with its token. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly token: string;
  readonly lifetime: string;
  /** What callers are given beside the token. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of wrong credentials. */
  readonly refusal: PublishedAnswer;
}

const form = "application/x-www-form-urlencoded";
const invalidClient = (description: string) => ({
  error: "invalid_client",
  error_description: description,
});

const contracts: Readonly<Record<string, Contract>> = {
  "PayPal, sandbox": {
    realm: readyRealms.paypal({ environment: "sandbox" }),
    secret: { clientId: "AeA1QIZXiflr1_-", clientSecret: "EC1us2Nh-Nn~%" },
    url: "https://api-m.sandbox.paypal.com/v1/oauth2/token",
    basic: "AeA1QIZXiflr1_-:EC1us2Nh-Nn~%",
    parameters: { grant_type: "client_credentials" },
    answer: {
      scope: "https://uri.paypal.com/services/invoicing openid",
      access_token:
        "A21AAFEpH4PsADK7qSS7pSRsgzfENtu-Q1ysgEDVDESseMHBYXVJYE8ovjj68elIDy8nF26AwPhfXTIeW",
      token_type: "Bearer",
      app_id: "APP-80W284485P519543T",
      expires_in: 31668,
      nonce: "2020-04-03T15:35:36ZaYZlGvEkV4yVSz8g6bAKFoGSEzuy3CQcz3ljhibkOHg",
    },
    token: "A21AAFEpH4PsADK7qSS7pSRsgzfENtu-Q1ysgEDVDESseMHBYXVJYE8ovjj68elIDy8nF26AwPhfXTIeW",
    lifetime: "issued, 31668000 to 31669000 ms",
    refusal: { status: 401, body: invalidClient("Client Authentication failed") },
  },
  "PayPal, production": {
    realm: readyRealms.paypal({ environment: "production" }),
    secret: { clientId: "live", clientSecret: "secret" },
    url: "https://api-m.paypal.com/v1/oauth2/token",
    basic: "live:secret",
    parameters: { grant_type: "client_credentials" },
    answer: { access_token: "Access-Token", token_type: "Bearer", expires_in: 31349 },
    token: "Access-Token",
    lifetime: "issued, 31349000 to 31350000 ms",
    refusal: { status: 401, body: invalidClient("Client Authentication failed") },
  },
  "Microsoft Entra ID": {
    realm: readyRealms.entra({
      environment: "entra-graph",
      tenant: "contoso.onmicrosoft.com",
      scope: "https://graph.microsoft.com/.default",
    }),
    secret: { clientId: "535fb089-9ff3-47b6-9bfb-4f1264799865", clientSecret: "qWg~d8Q_b+&=" },
    url: "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
    basic: null,
    parameters: {
      client_id: "535fb089-9ff3-47b6-9bfb-4f1264799865",
      scope: "https://graph.microsoft.com/.default",
      client_secret: "qWg~d8Q_b+&=",
      grant_type: "client_credentials",
    },
    answer: { token_type: "Bearer", expires_in: 3599, access_token: "eyJ0eXAiOiJKV1Qi" },
    token: "eyJ0eXAiOiJKV1Qi",
    lifetime: "issued, 3599000 to 3600000 ms",
    refusal: {
      status: 401,
      body: {
        ...invalidClient("AADSTS7000215: Invalid client secret provided."),
        error_codes: [7000215],
        timestamp: "2016-01-09 02:02:12Z",
        trace_id: "255d1aef-8c98-452f-ac51-23d051240864",
        correlation_id: "fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7",
      },
    },
  },
  Auth0: {
    realm: readyRealms.auth0({
      environment: "auth0-ledger",
      domain: "acme.eu.auth0.com",
      audience: "https://ledger.acme.example",
    }),
    secret: { clientId: "machine", clientSecret: "secret" },
    url: "https://acme.eu.auth0.com/oauth/token",
    basic: null,
    parameters: {
      grant_type: "client_credentials",
      client_id: "machine",
      client_secret: "secret",
      audience: "https://ledger.acme.example",
    },
    answer: { access_token: "eyJz93a...k4laUWw", token_type: "Bearer", expires_in: 86400 },
    token: "eyJz93a...k4laUWw",
    lifetime: "issued, 86400000 to 86401000 ms",
    refusal: { status: 401, body: { error: "access_denied", error_description: "Unauthorized" } },
  },
  "Wise, sandbox": {
    realm: readyRealms.wise({ environment: "sandbox" }),
    secret: { clientId: "partner", clientSecret: "s3cret/+", ...certificateMembers },
    url: "https://api-mtls.wise-sandbox.com/oauth/token",
    basic: "partner:s3cret/+",
    parameters: { grant_type: "client_credentials" },
    isMutualTls: true,
    answer: {
      access_token: "01234567-89ab-cdef-0123-456789abcdef",
      token_type: "bearer",
      expires_in: 43199,
      expires_at: "2026-04-11T03:43:28.148Z",
      scope: "transfers",
    },
    token: "01234567-89ab-cdef-0123-456789abcdef",
    lifetime: "issued, 43199000 to 43200000 ms",
    refusal: { status: 401, body: invalidClient("Bad client credentials") },
  },
  "Wise, production": {
    realm: readyRealms.wise({ environment: "production" }),
    secret: { clientId: "partner", clientSecret: "s3cret", ...certificateMembers },
    url: "https://api-mtls.transferwise.com/oauth/token",
    basic: "partner:s3cret",
    parameters: { grant_type: "client_credentials" },
    isMutualTls: true,
    answer: { access_token: "ba8k1234", token_type: "bearer", expires_in: 43199 },
    token: "ba8k1234",
    lifetime: "issued, 43199000 to 43200000 ms",
    refusal: { status: 401, body: invalidClient("Bad client credentials") },
  },
  "TrueLayer, sandbox": {
    realm: readyRealms.truelayer({ environment: "sandbox" }),
    secret: { clientId: "acme-4f1c", clientSecret: 'quote"and\\' },
    url: "https://auth.truelayer-sandbox.com/connect/token",
    contentType: "application/json",
    basic: null,
    parameters: {
      grant_type: "client_credentials",
      client_id: "acme-4f1c",
      client_secret: 'quote"and\\',
      scope: "payments",
    },
    answer: {
      access_token: "JWT-ACCESS-TOKEN-HERE",
      expires_in: 3600,
      token_type: "Bearer",
      scope: "payments",
    },
    token: "JWT-ACCESS-TOKEN-HERE",
    lifetime: "issued, 3600000 to 3601000 ms",
    refusal: { status: 400, body: { error: "invalid_client" } },
  },
  "TrueLayer, production": {
    realm: readyRealms.truelayer({
      environment: "production",
      furtherScopes: ["recurring_payments:sweeping"],
    }),
    secret: { clientId: "acme", clientSecret: "secret" },
    url: "https://auth.truelayer.com/connect/token",
    contentType: "application/json",
    basic: null,
    parameters: {
      grant_type: "client_credentials",
      client_id: "acme",
      client_secret: "secret",
      scope: "payments recurring_payments:sweeping",
    },
    answer: { access_token: "JWT", expires_in: 3600, token_type: "Bearer", scope: "payments" },
    token: "JWT",
    lifetime: "issued, 3600000 to 3601000 ms",
    refusal: { status: 400, body: { error: "invalid_client" } },
  },
  "Xero, custom connection": {
    realm: readyRealms.xeroCustomConnection({
      environment: "xero-acme",
      scopes: ["accounting.invoices.read", "accounting.contacts"],
    }),
    secret: { clientId: "E78465867B8F4C1A", clientSecret: "n0t-/+a_real" },
    url: "https://identity.xero.com/connect/token",
    basic: "E78465867B8F4C1A:n0t-/+a_real",
    parameters: {
      grant_type: "client_credentials",
      scope: "accounting.invoices.read accounting.contacts",
    },
    answer: { access_token: "eyJhbGciOiJSUzI1NiIs", expires_in: 1800, token_type: "Bearer" },
    token: "eyJhbGciOiJSUzI1NiIs",
    lifetime: "issued, 1800000 to 1801000 ms",
    refusal: { status: 400, body: { error: "invalid_client" } },
  },
  Salesforce: {
    realm: readyRealms.salesforce({
      environment: "salesforce-acme",
      myDomain: "acme.my.salesforce.com",
      sessionSeconds: 7200,
    }),
    secret: { clientId: "3MVG9lKcPoNINVBIPJjdw1J9LLM82Hn", clientSecret: "8A9B&C=" },
    url: "https://acme.my.salesforce.com/services/oauth2/token",
    basic: null,
    parameters: {
      grant_type: "client_credentials",
      client_id: "3MVG9lKcPoNINVBIPJjdw1J9LLM82Hn",
      client_secret: "8A9B&C=",
    },
    answer: {
      access_token: "00DR00000009GVP!ARQAQE5XuPV7J4GoOu3wvLZjZI_TxoBpeZpRb6d8AVdII6cz",
      signature: "your_signature",
      scope: "cdp_query_api cdp_ingest_api api cdp_profile_api",
      instance_url: "https://acme.my.salesforce.com",
      id: "https://acme.my.salesforce.com/id/00fdg000000dfgfgs/00gfd000000fsdghjr",
      token_type: "Bearer",
      issued_at: "4564564565767",
    },
    token: "00DR00000009GVP!ARQAQE5XuPV7J4GoOu3wvLZjZI_TxoBpeZpRb6d8AVdII6cz",
    lifetime: "issued, assumed",
    attributes: { instance_url: "https://acme.my.salesforce.com" },
    refusal: { status: 400, body: invalidClient("invalid client credentials") },
  },
};

describe.each(Object.entries(contracts))("%s", (_, contract) => {
  const { realm, secret, answer, token } = contract;

  test("is asked as it documents, and its sample becomes a token with its lifetime", async () => {
    server.answerWith({ status: 200, body: answer });
    const outcome = await issueByEntry(realm, secret, server);
    const { method, url, headers, body, isCertified } = server.arrived();
    const { contentType = form, basic, parameters, isMutualTls = false } = contract;
    expect([method, url, headers["content-type"]]).toEqual(["POST", contract.url, contentType]);
    expect(headers.authorization).toBe(basic === null ? undefined : `Basic ${btoa(basic)}`);
    expect(headers.accept).toBe("application/json");
    expect(parametersIn(body, contentType)).toEqual(parameters);
    expect(isCertified).toBe(isMutualTls);
    expect(summarizeOutcome(outcome)).toBe(contract.lifetime);
    if (outcome.kind !== "issued") return expect.fail("issued");
    expect(outcome.token.expose()).toBe(token);
    expect(outcome.attributes).toEqual(contract.attributes);
  });

  test("is sent its token as a bearer's", async () => {
    await callWithToken(realm, token, server, "https://api.example/v1/anything");
    expect(server.arrived().headers.authorization).toBe(`Bearer ${token}`);
  });

  test("refuses wrong credentials, which is not asked again", async () => {
    server.answerWith(contract.refusal);
    const outcome = await issueByEntry(realm, secret, server);
    expect(summarizeOutcome(outcome)).toBe("credentials-rejected");
  });

  test("throttles, and is believed for how long", async () => {
    const error = { error: "too_many_requests", error_description: "Too many requests" };
    server.answerWith({ status: 429, body: error, headers: { "retry-after": "7" } });
    expect(await issueByEntry(realm, secret, server)).toMatchObject({
      code: "provider-throttled",
      retryAfterMs: 7000,
    });
  });
});

/** A parameter that is sent twice would be seen. */
function parametersIn(body: string, contentType: string): Record<string, unknown> {
  if (contentType !== form) return JSON.parse(body);
  const sent = new URLSearchParams(body);
  expect(new Set(sent.keys()).size).toBe([...sent].length);
  return Object.fromEntries(sent);
}
