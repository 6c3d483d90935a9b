import { describe, expect, test } from "vitest";
import { at } from "../support/a-record.ts";
import { grantOf, issue, summarizeOutcome } from "../support/an-issuer.ts";
import { describeProvider } from "../support/describe-provider.ts";

describeProvider("conferma", {
  required: { tokenUrl: "https://a.example/token" },
  defaults: { basicEncoding: "raw" },
  optional: { apiBaseUrl: "https://a.example", basicEncoding: "rfc6749" },
  secret: { required: { clientId: "c", clientSecret: "s", platformKey: "p" }, optional: {} },
  policies: [[{}, { renewal: "at-expiry" }]],
  presentations: [[{}, { headerName: "Authorization", scheme: "Bearer" }]],
});

const settings = {
  provider: "conferma",
  environment: "sandbox",
  tokenUrl: "https://assure.example/token",
} as const;

const secret = { clientId: "client-1", clientSecret: "secret-1", platformKey: "platform key/1" };

/** The sample answer of Conferma's documentation. https://confermapay.readme.io/reference/authentication */
const sample =
  '{"access_token":"t-1","expires":"2019-11-08T11:01:45.6475887+00:00","issued":"2019-11-08T10:56:45.6475887+00:00"}';

const asked = async (body: string, headers = {}) =>
  summarizeOutcome(await issue(settings, secret, { body, headers }));

describe("Conferma's token request", () => {
  test("is a form with the platform key as scope, and plain Basic credentials", async () => {
    const { grant, requests } = await grantOf(settings, JSON.stringify(secret), { body: sample });
    await grant.issue(new AbortController().signal);
    expect(requests).toEqual([
      {
        method: "POST",
        url: "https://assure.example/token",
        headers: {
          authorization: "Basic Y2xpZW50LTE6c2VjcmV0LTE=",
          "content-type": "application/x-www-form-urlencoded",
          accept: "application/json",
        },
        body: "grant_type=client_credentials&scope=platform+key%2F1",
      },
    ]);
  });

  test("revokes every token of the platform, whichever client requests", async () => {
    const { grant } = await grantOf(settings, JSON.stringify(secret));
    expect(grant.revocationScope).toBe("platform key/1");
    expect(grant.callsProvider).toBe(true);
  });
});

describe("Conferma's answer", () => {
  test("as documented lives for five minutes, whatever our clock says", async () => {
    const outcome = await issue(settings, secret, { body: sample });
    expect(outcome).toMatchObject({
      kind: "issued",
      lifetime: { kind: "stated", atLeastMs: 300_000 },
      expiresAt: new Date("2019-11-08T11:01:45.647Z"),
      requestedAt: at("10:00:00.000"),
      receivedAt: at("10:00:00.200"),
    });
    if (outcome.kind !== "issued") throw new Error("not issued");
    expect(outcome.token.expose()).toBe("t-1");
  });

  const date = "Fri, 08 Nov 2019 10:56:45 GMT";
  const expires = "2019-11-08T11:01:45.6475887+00:00";
  const issued = "2019-11-08T10:56:45.6475887+00:00";

  test.each<[rule: string, fields: object, headers: object, outcome: string]>([
    ["lives from issued to expires", { expires, issued }, {}, "issued, 300000 to 300001 ms"],
    [
      "… to within what seven digits may hide",
      { expires: "2019-11-08T11:01:45.6479999+00:00", issued: "2019-11-08T10:56:45.6470000+00:00" },
      {},
      "issued, 300000 to 300001 ms",
    ],
    [
      "… across offsets",
      { expires: "2019-11-08T12:01:45+01:00", issued: "2019-11-08T05:56:45-05:00" },
      {},
      "issued, 300000 to 300001 ms",
    ],
    [
      "… not moved by a Date header that is wrong",
      { expires, issued },
      { date: "Fri, 08 Nov 2019 10:46:45 GMT" },
      "issued, 300000 to 300001 ms",
    ],
    [
      "without issued is seen from the Date header",
      { expires },
      { date },
      "issued, 299647 to 300647 ms",
    ],
    [
      "… if that is junk, from our clock",
      { expires: "2026-11-20T10:05:00.200Z" },
      { date: "yesterday" },
      "issued, 299000 to 300000 ms",
    ],
    [
      "… if there is none, from our clock",
      { expires: "2026-11-20T10:05:00.200Z" },
      {},
      "issued, 299000 to 300000 ms",
    ],
    [
      "… if issued is junk, from the Date header",
      { expires, issued: "now" },
      { date },
      "issued, 299647 to 300647 ms",
    ],
    ["with expires in seconds is read", { expires: 300 }, {}, "issued, 300000 to 301000 ms"],
    ["… as digits", { expires: "300" }, {}, "issued, 300000 to 301000 ms"],
    ["with expires_in in seconds is read", { expires_in: 300 }, {}, "issued, 300000 to 301000 ms"],
    ["… as digits", { expires_in: "300" }, {}, "issued, 300000 to 301000 ms"],
    [
      "with expires_in as the instant of its prose is read",
      { expires_in: "2019-11-08T11:01:45.6475887+00:00", issued },
      {},
      "issued, 300000 to 300001 ms",
    ],
    [
      "lives for the shorter of what it says twice",
      { expires, issued, expires_in: 120 },
      {},
      "issued, 120000 to 121000 ms",
    ],
    [
      "… even the other one",
      { expires, issued, expires_in: 3600 },
      {},
      "issued, 300000 to 300001 ms",
    ],
    [
      "… be both instants",
      { expires, issued, expires_in: "2019-11-08T10:58:45.6475887+00:00" },
      {},
      "issued, 120000 to 120001 ms",
    ],
    [
      "lives for what is readable of what it says",
      { expires: "soon", expires_in: 300 },
      {},
      "issued, 300000 to 301000 ms",
    ],
    ["without a word of its life is issued all the same", {}, {}, "issued, unknown"],
    [
      "… null being no word",
      { expires: null, issued: null, expires_in: null },
      {},
      "issued, unknown",
    ],
    ["of ten seconds is a token", { expires_in: 10 }, {}, "issued, 10000 to 11000 ms"],
    ["of a day is a token", { expires_in: 86_400 }, {}, "issued, 86400000 to 86401000 ms"],
    ["of a day and a second is not", { expires_in: 86_401 }, {}, "provider-malformed?"],
    [
      "of year 9999 is not",
      { expires: "9999-12-31T23:59:59.9999999+00:00", issued },
      {},
      "provider-malformed?",
    ],
    ["already over is not", { expires: issued, issued: expires }, {}, "provider-malformed?"],
    [
      "over at its Date is not",
      { expires: "2019-11-08T10:56:45Z" },
      { date },
      "provider-malformed?",
    ],
    ["of less than nothing is not", { expires_in: -1 }, {}, "provider-malformed?"],
    ["of junk is not", { expires: "soon" }, {}, "provider-malformed?"],
    [
      "of an instant without offset is not",
      { expires: "2019-11-08T11:01:45", issued },
      {},
      "provider-malformed?",
    ],
    [
      "of 30 February is not",
      { expires: "2019-02-30T11:01:45Z", issued },
      {},
      "provider-malformed?",
    ],
    [
      "of a US date is not",
      { expires: "11/08/2019 11:01:45 AM", issued },
      {},
      "provider-malformed?",
    ],
    [
      "of a .NET date is not",
      { expires: "/Date(1573210905647)/", issued },
      {},
      "provider-malformed?",
    ],
    ["of true is not", { expires: true }, {}, "provider-malformed?"],
    ["of an object is not", { expires_in: { seconds: 300 } }, {}, "provider-malformed?"],
  ])("%s", async (_, fields, headers, outcome) => {
    expect(await asked(JSON.stringify({ access_token: "t-1", ...fields }), headers)).toBe(outcome);
  });
});
