import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readyRealms } from "../../infra/ready-realms.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { summarizeOutcome } from "../support/an-issuer.ts";
import type { PublishedServer } from "../support/published-server.ts";
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
}

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
};

/** What every request of Node has. */
const ownHeaders = ["host", "connection"];

describe.each(Object.entries(contracts))("%s", (_, { realm, headers }) => {
  test("is sent its key, and what it wants beside it, and no more", async () => {
    const outcome = await issueByEntry(realm, { apiKey: "key-1" }, server);
    expect(summarizeOutcome(outcome)).toBe("issued, unlimited");
    server.answerWith({ status: 200, body: {} });
    await callWithToken(realm, "key-1", server, "https://api.example/v1/anything");
    const sent = Object.entries(server.arrived().headers);
    expect(Object.fromEntries(sent.filter(([name]) => !ownHeaders.includes(name)))).toEqual(
      headers,
    );
  });
});
