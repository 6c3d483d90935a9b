import { describe, expect, test } from "vitest";
import { CredentialCache } from "../../functions/vending/credential-cache.ts";
import { vendToken } from "../../functions/vending/vend-token.ts";
import { aContext, aProxyEvent } from "../support/a-proxy-event.ts";
import { refusedBy } from "../support/consent-provider.ts";
import { TestConsentSite } from "../support/consent-site.ts";
import { useTable } from "../support/use-table.ts";
import { browserHttpApiEvent } from "../support/web-events.ts";

const table = useTable();
const aSite = () => new TestConsentSite(table());

test("a malformed event is refused, and its member is named, in the form of its API", async () => {
  const site = aSite();
  const path = `/callback/${site.realm.provider}/${site.realm.environment}`;
  const { requestContext } = browserHttpApiEvent("GET", path);
  const events = [
    { ...browserHttpApiEvent("GET", path), requestContext: { http: null } },
    { rawPath: path, rawQueryString: [0], requestContext },
    aProxyEvent({ path, httpMethod: JSON.parse('{"toString":1}') }),
  ];
  for (const event of events) {
    expect(await site.complete(event, aContext())).toMatchObject({
      statusCode: 400,
      body: expect.stringMatching(/"detail":"(httpMethod|rawQueryString): (is missing|must be)/),
    });
  }
  expect(site.events()).toMatchObject([{ event: "refused", code: "invalid-request" }]);
});

describe("a code that a person has copied", () => {
  test("is redeemed, and the answer says what was granted", async () => {
    const site = aSite();
    const code = site.provider.codeToCopy();
    expect(await site.operate({ account: "jo", code })).toEqual({
      connection: `connectpay/${site.realm.environment}/jo`,
      version: 1,
      grantedScope: null,
      endsAt: "2026-12-20T10:00:00.000Z",
      customer: "Mo********co",
      details: { begunBy: expect.stringMatching(/^request [0-9a-f-]{36}$/) },
    });
    expect(site.provider.asked).toMatchObject([{ kind: "code", authorizationRequest: null }]);
    expect(await site.record()).toMatchObject({ version: 1 });
    expect(site.events().at(-1)).toMatchObject({ event: "consent-granted", version: 1 });
    expect(site.log.join("")).not.toContain(code);
  });

  test("is sent to the provider once, however often it comes, and the token stays vended", async () => {
    const site = aSite();
    const code = site.provider.codeToCopy();
    await site.operate({ account: "jo", code });
    const again = await Promise.all(
      ["jo", "jo", "mo"].map((account) => site.operate({ account, code })),
    );
    const detail = "code: has already been used; copy a new one.";
    const used = { problem: { code: "invalid-request", status: 400, detail } };
    expect(again).toMatchObject([used, used, used]);
    expect(site.provider.asked).toHaveLength(1);
    const request = { account: "jo", minValiditySeconds: 0, rejectedVersion: null };
    const call = {
      msLeft: () => 10_000,
      signal: new AbortController().signal,
      onBehalfOf: "caller",
    } as const;
    const vended = await vendToken(site.deps, new CredentialCache(site.deps.clock), request, call);
    expect(vended).toMatchObject({ version: 1 });
    const told = site.log.join("") + JSON.stringify(again) + (await site.rows()).join("");
    expect(told).not.toContain(code);
  });

  test("counts as used for a day", async () => {
    const site = aSite();
    await site.operate({ account: "jo", code: site.provider.codeToCopy() });
    const row = (await site.rows()).find((text) => text.includes("/~code/"));
    expect(row).toContain(`"ttl":{"N":"${Date.parse("2026-11-21T10:00:00Z") / 1000}"}`);
  });

  test("that comes twice at the same instant is sent to the provider once", async () => {
    const site = aSite();
    const code = site.provider.codeToCopy();
    await Promise.all([1, 2, 3].map(() => site.operate({ account: "jo", code })));
    expect(site.provider.asked).toHaveLength(1);
    expect(await site.record()).toMatchObject({ version: 1 });
  });

  test("whose refresh token has no known end is answered without one", async () => {
    const site = aSite();
    site.provider.refreshEndsAt = null;
    const answer = await site.operate({ account: "jo", code: site.provider.codeToCopy() });
    expect(answer).toMatchObject({ endsAt: null });
  });

  test("without a refresh token ends with its first token", async () => {
    const site = aSite();
    site.provider.hasRefreshTokens = false;
    const answer = await site.operate({ account: "jo", code: site.provider.codeToCopy() });
    // An hour, less the margin.
    expect(answer).toMatchObject({ endsAt: "2026-11-20T10:59:59.000Z" });
  });

  test("is refused where the provider shows no codes, and not sent", async () => {
    const site = aSite();
    site.provider.hasCodesToCopy = false;
    const answer = await site.operate({ account: "jo", code: "canary-code" });
    const detail = "code: this provider shows no codes to copy; begin a consent instead.";
    expect(answer).toMatchObject({ problem: { code: "invalid-request", detail } });
    expect(site.provider.asked).toEqual([]);
  });

  test("of a browser's authorization request is refused without that request", async () => {
    const site = aSite();
    const authorizeUrl = await site.browser().goToProvider(await site.link());
    const code = site.provider.agree(authorizeUrl).get("code") ?? "";
    const answer = await site.operate({ account: "jo", code });
    expect(answer).toMatchObject({ problem: { code: "invalid-request" } });
    expect(site.provider.issued).toBe(0);
  });

  test("that is wrong is refused as what the caller sent, and says what to do", async () => {
    const site = aSite();
    await site.operate({ account: "jo", code: site.provider.codeToCopy() });
    const answer = await site.operate({ account: "jo", code: "never-shown" });
    const detail =
      "code: The provider does not issue (made up). Copy a new one; what was granted before stays as it is.";
    expect(answer).toMatchObject({ problem: { code: "invalid-request", detail } });
    expect(await site.record()).toMatchObject({ version: 1 });
  });

  test("finds the provider unavailable, and the caller is told to retry", async () => {
    const site = aSite();
    site.provider.refusal = refusedBy("provider-unavailable");
    const code = site.provider.codeToCopy();
    const answer = await site.operate({ account: "jo", code });
    expect(answer).toMatchObject({ problem: { code: "provider-unavailable", retryable: true } });
  });

  test.each([
    [{ account: "jo" }, "code: is missing."],
    [
      { account: "jo", code: "" },
      "code: must be the code as the provider shows it, without blanks.",
    ],
    [{ account: "jo", code: "canary code" }, /^code: must be the code/],
    [{ account: "jo", code: 7 }, "code: must be string."],
    [{ account: "jo", code: "x", state: "y" }, "state: is not a field of this request."],
    [{ account: "jo", code: "x", disconnect: true }, "code: is not a field of this request."],
    [{}, "code: is missing."],
    [null, "code: is missing."],
  ])("is refused in %j", async (payload, detail) => {
    const site = aSite();
    const answer = await site.operate(payload as object);
    const expected = typeof detail === "string" ? detail : expect.stringMatching(detail);
    expect(answer).toMatchObject({ problem: { code: "invalid-request", detail: expected } });
    expect(JSON.stringify(answer)).not.toContain("canary");
    expect(site.provider.asked).toEqual([]);
  });
});

describe("a consent", () => {
  async function aConsent(): Promise<TestConsentSite> {
    const site = aSite();
    await site.operate({ account: "jo", code: site.provider.codeToCopy() });
    return site;
  }

  test.each([true, false, null])("is ended, at the provider too if it can: %j", async (revoked) => {
    const site = await aConsent();
    site.provider.revoked = revoked;
    const connection = `connectpay/${site.realm.environment}/jo`;
    const detail =
      revoked === null
        ? "Token and consent are deleted here. The provider was not told: it has no revocation endpoint here (revokeUrl), or no token was left."
        : "Token and consent are deleted here. The provider answered (made up).";
    expect(await site.operate({ account: "jo", disconnect: true })).toEqual({
      connection,
      revoked,
      detail,
    });
    expect(await site.record()).toMatchObject({ version: 1, token: null, consent: null });
  });

  test("that does not exist can be ended without an error", async () => {
    const answer = await aSite().operate({ account: "jo", disconnect: true });
    const detail = "There was no consent, and no token was stored: nothing was ended.";
    expect(answer).toMatchObject({ revoked: null, wasEmpty: true, detail });
  });

  test.each([{ disconnect: false }, { disconnect: "true" }, { disconnect: true, x: 1 }])(
    "is not ended by %j",
    async (payload) => {
      const site = await aConsent();
      const answer = await site.operate({ account: "jo", ...payload });
      expect(answer).toMatchObject({ problem: { code: "invalid-request" } });
      expect((await site.record())?.consent).not.toBeNull();
    },
  );

  test("can be given again after it was ended", async () => {
    const site = await aConsent();
    await site.operate({ account: "jo", disconnect: true });
    const answer = await site.operate({ account: "jo", code: site.provider.codeToCopy() });
    expect(answer).toMatchObject({ version: 2 });
  });
});

test.each([
  [
    "a REST API",
    aProxyEvent({ httpMethod: "POST", path: "/complete", body: '{"disconnect":true}' }),
  ],
  ["an HTTP API", { ...browserHttpApiEvent("POST", "/complete"), body: '{"disconnect":true}' }],
])("nothing that operators do can be done through %s", async (_, event) => {
  const answer = await aSite().complete(event, aContext());
  expect(answer).toMatchObject({
    statusCode: 404,
    headers: { "Content-Type": "application/problem+json" },
    body: expect.stringContaining("unknown-connection"),
  });
});
