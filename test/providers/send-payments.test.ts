import { describe, expect, test } from "vitest";
import { grantOf, issue, summarizeOutcome } from "../support/an-issuer.ts";
import { describeProvider } from "../support/describe-provider.ts";

describeProvider("send-payments", {
  required: { tokenUrl: "https://a.example/token" },
  defaults: {
    handoverSeconds: 20,
    presentation: { headerName: "Authorization", scheme: "Bearer" },
  },
  optional: {
    apiBaseUrl: "https://a.example",
    handoverSeconds: 0,
    presentation: { headerName: "X-Access", scheme: null },
  },
  secret: { required: { clientId: "c", clientSecret: "s" }, optional: {} },
  policies: [
    [{}, { renewal: "at-handover", beforeExpiryMs: 20_000 }],
    [{ handoverSeconds: 45 }, { renewal: "at-handover", beforeExpiryMs: 45_000 }],
  ],
  presentations: [
    [{}, { headerName: "Authorization", scheme: "Bearer" }],
    [{ presentation: { headerName: "X-Access" } }, { headerName: "X-Access", scheme: null }],
  ],
});

const settings = {
  provider: "send-payments",
  environment: "sandbox",
  tokenUrl: "https://send.example/auth",
} as const;

const secret = { clientId: "client-1", clientSecret: 'sécret"1' };

/** Second 1795168800 of the epoch is 2026-11-20T10:00:00Z. */
const ten = 1_795_168_800;
const jwt = (claims: unknown) =>
  ["{}", JSON.stringify(claims), "-"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");

describe("Send's token request", () => {
  test("is JSON with the credentials, and has none of them in a header", async () => {
    const body = JSON.stringify({ accessToken: "t-1", expiresAt: "2026-11-20T10:05:00Z" });
    const { grant, requests } = await grantOf(settings, JSON.stringify(secret), {
      status: 201,
      body,
    });
    await grant.issue(new AbortController().signal);
    expect(requests).toEqual([
      {
        method: "POST",
        url: "https://send.example/auth",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: '{"clientId":"client-1","clientSecret":"sécret\\"1"}',
      },
    ]);
  });

  test("revokes the same client's token", async () => {
    const { grant } = await grantOf(settings, JSON.stringify(secret));
    expect(grant.revocationScope).toBe("client-1");
  });
});

describe("Send's answer", () => {
  const date = "Fri, 20 Nov 2026 10:00:00 GMT";
  const five = "2026-11-20T10:05:00Z";
  const four = "2026-11-20T10:04:00Z";
  const both = jwt({ iat: ten, exp: ten + 300 });

  test.each<
    [rule: string, accessToken: unknown, expiresAt: unknown, outcome: string, at: string | null]
  >([
    ["lives from the token's iat to expiresAt", both, five, "issued, 299000 to 300000 ms", five],
    [
      "… with nine digits",
      both,
      "2026-11-20T10:05:00.000000000Z",
      "issued, 299000 to 300000 ms",
      five,
    ],
    ["… with an offset", both, "2026-11-20T21:05:00+11:00", "issued, 299000 to 300000 ms", five],
    [
      "lives to exp where that is earlier",
      jwt({ iat: ten, exp: ten + 240 }),
      five,
      "issued, 239000 to 240000 ms",
      four,
    ],
    ["lives to expiresAt where that is earlier", both, four, "issued, 239000 to 240000 ms", four],
    [
      "without iat is seen from the Date header",
      jwt({ exp: ten + 300 }),
      five,
      "issued, 299000 to 300000 ms",
      five,
    ],
    [
      "without exp lives to expiresAt",
      jwt({ iat: ten }),
      five,
      "issued, 299000 to 300000 ms",
      five,
    ],
    ["without expiresAt lives to exp", both, undefined, "issued, 299000 to 300000 ms", five],
    [
      "with junk in expiresAt lives to exp",
      both,
      "in five minutes",
      "issued, 299000 to 300000 ms",
      five,
    ],
    ["that is no JWT lives to expiresAt", "opaque", five, "issued, 299000 to 300000 ms", five],
    ["… nor anything like one", "a.b.c", five, "issued, 299000 to 300000 ms", five],
    ["… nor one of four parts", `${both}.x`, five, "issued, 299000 to 300000 ms", five],
    [
      "with claims of text lives to expiresAt",
      jwt({ iat: "now", exp: "soon" }),
      five,
      "issued, 299000 to 300000 ms",
      five,
    ],
    [
      "with claims of an array lives to expiresAt",
      jwt([1, 2]),
      five,
      "issued, 299000 to 300000 ms",
      five,
    ],
    [
      "with claims of null lives to expiresAt",
      jwt(null),
      five,
      "issued, 299000 to 300000 ms",
      five,
    ],
    [
      "with a negative exp lives to expiresAt",
      jwt({ iat: ten, exp: -5 }),
      five,
      "issued, 299000 to 300000 ms",
      five,
    ],
    [
      "with an exp past year 9999 lives to expiresAt",
      jwt({ exp: 253_402_300_800 }),
      five,
      "issued, 299000 to 300000 ms",
      five,
    ],
    [
      "without a word of its life is issued all the same",
      "opaque",
      undefined,
      "issued, unknown",
      null,
    ],
    ["… null being no word", "opaque", null, "issued, unknown", null],
    ["of junk alone is not", "opaque", "in five minutes", "provider-malformed?", null],
    [
      "of a number of seconds is not, which nobody documents",
      "opaque",
      300,
      "provider-malformed?",
      null,
    ],
    [
      "of an instant without offset is not",
      "opaque",
      "2026-11-20T10:05:00",
      "provider-malformed?",
      null,
    ],
    ["of 30 February is not", "opaque", "2026-02-30T10:05:00Z", "provider-malformed?", null],
    ["of year 9999 is not", "opaque", "9999-12-31T23:59:59Z", "provider-malformed?", null],
    ["already over is not", both, "2026-11-20T09:59:59Z", "provider-malformed?", null],
    ["over by its exp is not", jwt({ iat: ten, exp: ten - 1 }), five, "provider-malformed?", null],
    ["without a token is not", undefined, five, "provider-malformed?", null],
    ["with a number for a token is not", 42, five, "provider-malformed?", null],
    ["with an empty token is not", "", five, "provider-malformed?", null],
  ])("%s", async (_, accessToken, expiresAt, short, at) => {
    const body = JSON.stringify({ accessToken, expiresAt });
    const outcome = await issue(settings, secret, { status: 201, headers: { date }, body });
    expect(summarizeOutcome(outcome)).toBe(short);
    if (outcome.kind === "issued")
      expect(outcome.expiresAt).toEqual(at === null ? null : new Date(at));
  });

  test("is accepted with 200 too", async () => {
    const body = JSON.stringify({ accessToken: both, expiresAt: five });
    expect(summarizeOutcome(await issue(settings, secret, { status: 200, body }))).toBe(
      "issued, 299000 to 300000 ms",
    );
  });

  test("of 400 is not taken for refused credentials, which Send answers with 401", async () => {
    const body = '{"message":"Validation failed","errors":[{"message":"-","type":"invalid"}]}';
    const outcome = async (status: number) =>
      summarizeOutcome(await issue(settings, secret, { status, body }));
    expect(await outcome(400)).toBe("provider-malformed");
    expect(await outcome(401)).toBe("credentials-rejected");
  });
});
