import { describe, expect, test } from "vitest";
import type { ScriptedAnswer } from "../support/an-issuer.ts";
import { grantOf, issue, noAnswer, summarizeOutcome } from "../support/an-issuer.ts";
import { describeProvider } from "../support/describe-provider.ts";

describeProvider("static-key", {
  required: { headerName: "X-Acme" },
  defaults: {},
  optional: { apiBaseUrl: "https://a.example", probePath: "/me", scheme: "Token" },
  secret: { required: { apiKey: "k" }, optional: { expiresAt: "2027-01-01T00:00:00Z" } },
  policies: [
    [{}, { renewal: "on-rotation", recheckMs: 5000, hasProbe: false }],
    [
      { probePath: "/validate", apiBaseUrl: "https://a.example" },
      { renewal: "on-rotation", recheckMs: 5000, hasProbe: true },
    ],
  ],
  presentations: [
    [{}, { headerName: "X-Acme", scheme: null }],
    [{ scheme: "Token" }, { headerName: "X-Acme", scheme: "Token" }],
  ],
});

const cfis = {
  provider: "cfis",
  environment: "staging",
  apiBaseUrl: "https://cfis.example/",
  probePath: "/api/v1/partner/validate",
} as const;
const unprobed = {
  provider: "cfis",
  environment: "staging",
  apiBaseUrl: "https://cfis.example",
} as const;

const secret = { apiKey: "key-1" };

describe("a static key without a probe", () => {
  test("is adopted as it is, without a request", async () => {
    const { grant, requests } = await grantOf(unprobed, JSON.stringify(secret));
    expect(grant).toMatchObject({ callsProvider: false, revocationScope: null });
    const outcome = await grant.issue(new AbortController().signal);
    expect(outcome).toMatchObject({
      kind: "issued",
      lifetime: { kind: "unlimited", until: null },
      expiresAt: null,
    });
    expect(outcome.kind === "issued" && outcome.token.expose()).toBe("key-1");
    expect(requests).toEqual([]);
  });

  test.each([
    ["until its end", "2027-03-31T12:00:00+02:00", "2027-03-31T10:00:00.000Z"],
    ["to the last second", "2026-11-20T10:00:00.201Z", "2026-11-20T10:00:00.201Z"],
  ])("is adopted %s", async (_, expiresAt, until) => {
    const outcome = await issue(unprobed, { ...secret, expiresAt });
    expect(outcome).toMatchObject({
      kind: "issued",
      lifetime: { kind: "unlimited", until: new Date(until) },
      expiresAt: new Date(until),
    });
  });

  test("is refused after its expiry, with the instant", async () => {
    const outcome = await issue(unprobed, {
      ...secret,
      expiresAt: "2026-11-20T11:00:00.200+01:00",
    });
    expect(outcome).toMatchObject({
      code: "credentials-rejected",
      detail: expect.stringContaining("2026-11-20T10:00:00.200Z"),
    });
  });
});

describe("a static key with a probe", () => {
  test("is sent once to the probe, in the provider's header", async () => {
    const settings = { ...cfis, extraHeaders: { "X-Trace": "vending" } };
    const { grant, requests } = await grantOf(settings, JSON.stringify(secret));
    expect(grant.callsProvider).toBe(true);
    await grant.issue(new AbortController().signal);
    expect(requests).toEqual([
      {
        method: "GET",
        url: "https://cfis.example/api/v1/partner/validate",
        headers: { accept: "application/json", "X-Trace": "vending", "X-Api-Key": "key-1" },
      },
    ]);
  });

  test("has its scheme if there is one", async () => {
    const settings = {
      provider: "static-key",
      environment: "acme",
      headerName: "Authorization",
      scheme: "Token",
      apiBaseUrl: "https://acme.example",
      probePath: "/me",
    } as const;
    const { grant, requests } = await grantOf(settings, JSON.stringify(secret));
    await grant.issue(new AbortController().signal);
    expect(requests[0]?.headers).toEqual({
      accept: "application/json",
      Authorization: "Token key-1",
    });
  });

  test("is not probed after its expiry", async () => {
    const ended = { ...secret, expiresAt: "2026-11-20T10:00:00Z" };
    const { grant, requests } = await grantOf(cfis, JSON.stringify(ended));
    expect(summarizeOutcome(await grant.issue(new AbortController().signal))).toBe(
      "credentials-rejected",
    );
    expect(requests).toEqual([]);
  });

  test.each<[answer: string, play: ScriptedAnswer, outcome: string]>([
    ["200 isValid", { body: '{"isValid":true,"message":"Token is valid"}' }, "issued, unlimited"],
    ["200 of anything", { body: "OK" }, "issued, unlimited"],
    ["204", { status: 204 }, "issued, unlimited"],
    [
      "200 not isValid",
      { body: '{"isValid":false,"message":"Token is not valid"}' },
      "credentials-rejected",
    ],
    ["… spelt otherwise", { body: '{ "IsValid" : False }' }, "credentials-rejected"],
    ["400", { status: 400 }, "credentials-rejected"],
    ["401", { status: 401 }, "credentials-rejected"],
    ["403", { status: 403 }, "credentials-rejected"],
    ["410", { status: 410 }, "credentials-rejected"],
    ["419", { status: 419 }, "credentials-rejected"],
    ["404, as a wrong address does", { status: 404 }, "provider-malformed"],
    ["405, as a wrong address does", { status: 405 }, "provider-malformed"],
    ["302", { status: 302, headers: { location: "https://evil.example/" } }, "provider-malformed"],
    ["300", { status: 300 }, "provider-malformed"],
    ["429", { status: 429 }, "provider-throttled"],
    ["408", { status: 408 }, "provider-unavailable"],
    ["500", { status: 500 }, "provider-unavailable"],
    ["503", { status: 503 }, "provider-unavailable"],
    ["not within the deadline", noAnswer.timeout, "provider-unavailable"],
    ["and was cut off", noAnswer.dropped, "provider-unavailable"],
    ["not at all", noAnswer.unreachable, "provider-unavailable"],
  ])("when asked answers %s", async (_, play, outcome) => {
    expect(summarizeOutcome(await issue(cfis, secret, play))).toBe(outcome);
  });

  test.each([
    ["429", 429],
    ["503", 503],
  ])("passes on the Retry-After of %s", async (_, status) => {
    const outcome = await issue(cfis, secret, { status, headers: { "retry-after": "7" } });
    expect(outcome).toMatchObject({ retryAfterMs: 7000 });
  });

  test("is never quoted in a detail", async () => {
    const play = { status: 400, body: '{"message":"key-1 has expired"}' };
    expect(JSON.stringify(await issue(cfis, secret, play))).not.toContain("key-1");
  });
});
