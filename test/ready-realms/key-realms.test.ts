import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readyRealms } from "../../infra/ready-realms.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { summarizeOutcome } from "../support/an-issuer.ts";
import type { PublishedAnswer, PublishedServer } from "../support/published-server.ts";
import { startPublishedServer } from "../support/published-server.ts";
import { callWithToken, issueByEntry } from "../support/ready-realm.ts";

let server: PublishedServer;
beforeAll(async () => {
  server = await startPublishedServer();
});
afterAll(() => server.stop());

/** What a provider publishes about its keys, copied by hand from the pages that docs/ready-realms.md names. */
interface Contract {
  readonly realm: RealmEntry;
  /** What a call with the key has, by names in lower case, as Node has them. */
  readonly headers: Readonly<Record<string, string>>;
  /** What tells whether the key is accepted, and how a wrong one is refused. */
  readonly probe?: readonly [url: string, refusal: PublishedAnswer];
}

const gocardless = {
  authorization: "Bearer key-1",
  "gocardless-version": "2015-07-06",
};
const message = "The access token you've used is not a valid sandbox API access token";
const notFound: PublishedAnswer = {
  status: 401,
  body: {
    error: {
      ...{ message, type: "invalid_api_usage", code: 401 },
      errors: [{ reason: "access_token_not_found", message }],
      documentation_url: "https://developer.gocardless.com/api-reference#access_token_not_found",
      request_id: "0AA4000DECCD_AC121CEB1F90_5BE18701_19AD0009",
    },
  },
};

const contracts: Readonly<Record<string, Contract>> = {
  "Plaid, sandbox": {
    realm: readyRealms.plaid({ environment: "sandbox", clientId: "62f4a1c0e5b1d2" }),
    headers: { "plaid-client-id": "62f4a1c0e5b1d2", "plaid-secret": "key-1" },
  },
  "Plaid, production": {
    realm: readyRealms.plaid({ environment: "production", clientId: "62f4a1c0e5b1d2" }),
    headers: { "plaid-client-id": "62f4a1c0e5b1d2", "plaid-secret": "key-1" },
  },
  "Adyen, test": {
    realm: readyRealms.adyen({ environment: "test" }),
    headers: { "x-api-key": "key-1" },
  },
  "Adyen, live": {
    realm: readyRealms.adyen({ environment: "live" }),
    headers: { "x-api-key": "key-1" },
  },
  "Modulr, sandbox": {
    realm: readyRealms.modulr({ environment: "sandbox" }),
    headers: { authorization: "key-1" },
  },
  "Visa Developer, sandbox": {
    realm: readyRealms.visaDeveloper({ environment: "sandbox" }),
    headers: { authorization: "Basic key-1" },
  },
  "Visa Developer, production": {
    realm: readyRealms.visaDeveloper({ environment: "production" }),
    headers: { authorization: "Basic key-1" },
  },
  "GoCardless, sandbox": {
    realm: readyRealms.gocardless({ environment: "sandbox" }),
    headers: gocardless,
    probe: ["https://api-sandbox.gocardless.com/creditors", notFound],
  },
  "GoCardless, production": {
    realm: readyRealms.gocardless({ environment: "production" }),
    headers: gocardless,
    probe: ["https://api.gocardless.com/creditors", notFound],
  },
};

/** What every request of Node has. */
const ownHeaders = ["host", "connection"];

const secret = { apiKey: "key-1" };
const all = Object.entries(contracts);
const probed = all.flatMap(([name, { realm, headers, probe }]) =>
  probe ? [[name, { realm, headers, url: probe[0], refusal: probe[1] }] as const] : [],
);

describe.each(all)("%s", (_, { realm, headers }) => {
  test("is sent its key, and what it wants beside it, and no more", async () => {
    server.answerWith({ status: 200, body: {} });
    const outcome = await issueByEntry(realm, secret, server);
    expect(summarizeOutcome(outcome)).toBe("issued, unlimited");
    await callWithToken(realm, "key-1", server, "https://api.example/v1/anything");
    const sent = Object.entries(server.arrived().headers);
    expect(Object.fromEntries(sent.filter(([name]) => !ownHeaders.includes(name)))).toEqual(
      headers,
    );
  });
});

describe.each(probed)("%s", (_, { realm, headers, url, refusal }) => {
  test("is asked whether the key is accepted, as it documents", async () => {
    server.answerWith({ status: 200, body: { creditors: [] } });
    await issueByEntry(realm, secret, server);
    expect(server.arrived()).toMatchObject({ method: "GET", url, headers, body: "" });
  });

  test("refuses a wrong key, and throttles", async () => {
    server.answerWith(refusal);
    expect(summarizeOutcome(await issueByEntry(realm, secret, server))).toBe(
      "credentials-rejected",
    );
    server.answerWith({ status: 429, body: {}, headers: { "retry-after": "7" } });
    expect(await issueByEntry(realm, secret, server)).toMatchObject({
      code: "provider-throttled",
      retryAfterMs: 7000,
    });
  });
});
