import { describe, expect, test } from "vitest";
import { createCertificateAuthority } from "../../../../local/simulators/kit/certificates.ts";
import { defaultUser } from "../../../../local/simulators/oauth/users.ts";
import { manualClock, statusWith } from "../conferma-calls.ts";
import { createUserAgent } from "../oauth/user-agent.ts";
import type { TlsResponse } from "./connectpay-calls.ts";
import {
  basicHeaders,
  connectPayApi,
  connectPayAuthorizeUrl,
  obtainConnectPayCode,
  obtainConnectPayTokens,
  redeemConnectPayCode,
  refreshConnectPayToken,
  requestId,
  requestOverTls,
  statusWithToken,
} from "./connectpay-calls.ts";

describe("authorize", () => {
  test("answers a cacheable 301 to the web app on another origin", async () => {
    const simulator = await connectPayApi();
    const response = await createUserAgent(defaultUser).open(connectPayAuthorizeUrl(simulator));
    expect(response.status).toBe(301);
    expect(response.headers.get("cache-control")).toBeNull();
    const { origin } = new URL(response.headers.get("location") ?? "");
    expect(origin).not.toBe(new URL(simulator.authorizeUrl).origin);
  });

  test.each([302, 303, "page"] as const)("can answer %s instead", async (answer) => {
    const simulator = await connectPayApi({ traits: { authorizeAnswer: answer } });
    const response = await createUserAgent(defaultUser).open(connectPayAuthorizeUrl(simulator));
    expect(response.status).toBe(answer === "page" ? 200 : answer);
    const link = /href="(?<onward>[^"]+)"/.exec(await response.text())?.groups?.["onward"];
    const signIn = link ?? response.headers.get("location") ?? "";
    expect(
      (await createUserAgent(defaultUser).decide(new URL(signIn))).headers.get("location"),
    ).toMatch(/code=/);
  });

  test.each([
    ["an unknown client", { client_id: "nobody" }],
    ["another kind of answer", { response_type: "token" }],
    ["no flow", { flowid: undefined }],
    ["the other spelling of the flow", { flowid: undefined, flowId: "GetPSD2AuthCode" }],
    ["a nonce that is not a GUID", { nonce: "1" }],
    ["no state", { state: undefined }],
    ["a query in redirect_url", { redirect_url: "https://vending.example.test/callback?x=1" }],
    ["an unregistered hostname", { redirect_url: "https://attacker.invalid/callback" }],
    ["plain http", { redirect_url: "http://vending.example.test/callback" }],
    ["mixed scopes", { scope: "psd2-ais ob-as" }],
    ["no scope", { scope: "" }],
  ])("shows a page for %s", async (_what, changes) => {
    const simulator = await connectPayApi();
    const response = await createUserAgent(defaultUser).open(
      connectPayAuthorizeUrl(simulator, changes),
    );
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
  });

  test("compares only the hostname of redirect_url", async () => {
    const simulator = await connectPayApi();
    const url = connectPayAuthorizeUrl(simulator, {
      redirect_url: "https://vending.example.test/any/path",
    });
    expect((await createUserAgent(defaultUser).consent(url)).pathname).toBe("/any/path");
  });

  test("can redirect mixed scopes back with an error, and accept the other spelling of the flow", async () => {
    const traits = { mixedScopes: "redirect", flowIdParameter: "flowId" } as const;
    const simulator = await connectPayApi({ traits });
    const flow = { flowid: undefined, flowId: "GetPSD2AuthCode" };
    const person = createUserAgent(defaultUser);
    const url = connectPayAuthorizeUrl(simulator, { ...flow, scope: "psd2-ais ob-as" });
    const back = person.next(await person.open(url), url);
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: "invalid_scope",
      state: "state-1",
      flowid: "GetPSD2AuthCode",
    });
    expect(
      (await person.consent(connectPayAuthorizeUrl(simulator, flow))).searchParams.has("code"),
    ).toBe(true);
  });
});

describe("a user", () => {
  test("chooses a customer, allows, and comes back with code, state and flowid", async () => {
    const simulator = await connectPayApi();
    const person = createUserAgent(defaultUser);
    const back = await person.consent(connectPayAuthorizeUrl(simulator));
    expect(Object.fromEntries(back.searchParams)).toEqual({
      code: expect.stringMatching(/^[0-9a-f-]{36}$/),
      state: "state-1",
      flowid: "GetPSD2AuthCode",
    });
    expect(person.pages.join("\n")).toContain("acting for Monument &amp; Co");
  });

  test("who allows some scopes gets a code, and the token answer names them", async () => {
    const simulator = await connectPayApi();
    const url = connectPayAuthorizeUrl(simulator, { scope: "psd2-ais psd2-pis" });
    const back = await createUserAgent(defaultUser).consent(url, { scopes: ["psd2-pis"] });
    const { json } = await redeemConnectPayCode(simulator, back.searchParams.get("code") ?? "");
    expect(json["scope"]).toBe("psd2-pis");
  });

  test.each([
    ["denies", { decision: "deny" } as const],
    ["allows nothing", { scopes: [] }],
  ])("who %s comes back without a code", async (_what, wishes) => {
    const simulator = await connectPayApi();
    const back = await createUserAgent(defaultUser).consent(
      connectPayAuthorizeUrl(simulator),
      wishes,
    );
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: "access_denied",
      state: "state-1",
      flowid: "GetPSD2AuthCode",
    });
  });

  test("can copy a code from online banking, without an authorization request", async () => {
    const simulator = await connectPayApi();
    const person = createUserAgent(defaultUser);
    const settings = new URL(simulator.openApiSettingsUrl);
    expect(await (await person.open(settings)).text()).toContain("Token vending");
    const signIn = await person.submit(settings, { application: "dev-app" });
    const page = await (await person.decide(signIn, { customer: "Pukeko Holdings" })).text();
    const code = /<code>(?<code>[^<]+)<\/code>/.exec(page)?.groups?.["code"] ?? "";
    const { status, json } = await redeemConnectPayCode(simulator, code);
    expect(status).toBe(200);
    expect(json["client_customer_name"]).toBe("Pu********gs");
  });

  test("comes back with the parameters that a fault has changed", async () => {
    const simulator = await connectPayApi();
    const set = { state: null, error: "<b>", code: ["a", "b"], iss: "https://other.invalid" };
    simulator.injectFault({ kind: "rewrite-location", route: "consent", set });
    const { searchParams } = await createUserAgent(defaultUser).consent(
      connectPayAuthorizeUrl(simulator),
    );
    expect([...searchParams]).toEqual([
      ["flowid", "GetPSD2AuthCode"],
      ["error", "<b>"],
      ["code", "a"],
      ["code", "b"],
      ["iss", "https://other.invalid"],
    ]);
  });
});

describe("the token endpoint", () => {
  test("answers as documented, string numbers included", async () => {
    const simulator = await connectPayApi({ now: manualClock().now });
    expect(await obtainConnectPayTokens(simulator)).toEqual({
      token_type: "Bearer",
      access_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
      refresh_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
      expires_in: 3600,
      client_customer_name: "Mo********Co",
      scope: "psd2-ais",
      refresh_token_expires_in: "2592000",
    });
  });

  test.each<
    [string, Partial<Parameters<typeof redeemConnectPayCode>[2] & object>, Partial<TlsResponse>]
  >([
    [
      "a redirect address",
      { form: { redirect_uri: "https://vending.example.test" } },
      { status: 400 },
    ],
    ["the client's id in the form", { form: { client_id: "dev-app" } }, { status: 400 }],
    ["no request id", { headers: { "x-request-id": "" } }, { status: 400 }],
    ["a request id that is no GUID", { headers: { "x-request-id": "7" } }, { status: 400 }],
    ["another secret", { headers: { authorization: "Basic ZGV2LWFwcDp4" } }, { status: 401 }],
    [
      "a form-encoded secret",
      { headers: { authorization: basicHeaders.formEncoded } },
      { status: 401 },
    ],
    ["no Basic", { headers: { authorization: "" } }, { status: 401 }],
  ])("refuses %s", async (_what, changes, expected) => {
    const simulator = await connectPayApi();
    const code = await obtainConnectPayCode(simulator);
    expect(await redeemConnectPayCode(simulator, code, changes)).toMatchObject(expected);
    expect((await redeemConnectPayCode(simulator, code)).status).toBe(200);
  });

  test("accepts a code for 24 hours, and once", async () => {
    const clock = manualClock();
    const simulator = await connectPayApi({ now: clock.now });
    const [first, second] = [
      await obtainConnectPayCode(simulator),
      await obtainConnectPayCode(simulator),
    ];
    clock.advance(86_400_000 - 1);
    const { json } = await redeemConnectPayCode(simulator, first);
    expect(await redeemConnectPayCode(simulator, first)).toMatchObject({
      json: { error: "invalid_grant" },
    });
    expect(await statusWithToken(simulator, json["access_token"])).toBe(401);
    clock.advance(1);
    expect((await redeemConnectPayCode(simulator, second)).status).toBe(400);
    expect(simulator.oracle.codesReplayed()).toBe(1);
  });

  test("rotates both tokens at a refresh, and restarts the thirty days", async () => {
    const clock = manualClock();
    const simulator = await connectPayApi({ now: clock.now });
    const first = await obtainConnectPayTokens(simulator);
    clock.advance(30 * 86_400_000 - 1);
    const { json: second } = await refreshConnectPayToken(simulator, first["refresh_token"]);
    expect(second["refresh_token"]).not.toBe(first["refresh_token"]);
    clock.advance(30 * 86_400_000 - 1);
    const { json: third } = await refreshConnectPayToken(simulator, second["refresh_token"]);
    clock.advance(30 * 86_400_000);
    expect((await refreshConnectPayToken(simulator, third["refresh_token"])).status).toBe(400);
  });

  test("ends the consent when a rotated refresh token is reused", async () => {
    const simulator = await connectPayApi();
    const { refresh_token } = await obtainConnectPayTokens(simulator);
    const { json } = await refreshConnectPayToken(simulator, refresh_token);
    expect(await statusWithToken(simulator, json["access_token"])).toBe(200);
    expect((await refreshConnectPayToken(simulator, refresh_token)).json).toEqual({
      error: "invalid_grant",
    });
    expect(await statusWithToken(simulator, json["access_token"])).toBe(401);
    expect((await refreshConnectPayToken(simulator, json["refresh_token"])).status).toBe(400);
    expect(simulator.oracle.refreshTokensReused()).toBe(1);
  });

  test.each(["kept", "revoked"] as const)(
    "the access token before a refresh is %s",
    async (effect) => {
      const simulator = await connectPayApi({ traits: { oldAccessToken: effect } });
      const { access_token, refresh_token } = await obtainConnectPayTokens(simulator);
      const { json } = await refreshConnectPayToken(simulator, refresh_token);
      expect(await statusWithToken(simulator, access_token)).toBe(effect === "kept" ? 200 : 401);
      expect(await statusWithToken(simulator, json["access_token"])).toBe(200);
    },
  );

  test("revokes a refresh token together with its access tokens", async () => {
    const simulator = await connectPayApi();
    const { access_token, refresh_token } = await obtainConnectPayTokens(simulator);
    const form = { token: String(refresh_token) };
    expect((await requestOverTls(simulator, simulator.revokeUrl, { form })).status).toBe(200);
    expect(await statusWithToken(simulator, access_token)).toBe(401);
    expect((await refreshConnectPayToken(simulator, refresh_token)).status).toBe(400);
  });
});

/** A caller sees either the alert or the closed connection, whichever comes first. */
const noConversation = /alert|socket hang up|ECONNRESET|EPIPE/;

describe("mutual TLS", () => {
  test("accepts the registered certificate, for the API and for tokens, and only Bearer tokens", async () => {
    const simulator = await connectPayApi();
    const { access_token } = await obtainConnectPayTokens(simulator);
    const bare = { headers: { authorization: String(access_token) } };
    expect(await statusWithToken(simulator, access_token)).toBe(200);
    expect((await requestOverTls(simulator, simulator.pingUrl, bare)).status).toBe(401);
  });

  test("fails without a certificate, and with an expired one", async () => {
    const simulator = await connectPayApi();
    const past = { notAfter: new Date(Date.now() - 60_000) };
    const expired = await simulator.authority.issueClient("token-vending", past);
    const request = { form: { grant_type: "refresh_token", refresh_token: "x" } };
    for (const certificate of [undefined, expired]) {
      const asked = requestOverTls(simulator, simulator.tokenUrl, { ...request, certificate });
      await expect(asked).rejects.toThrow(noConversation);
    }
    expect(simulator.journal).toEqual([]);
  });

  test("fails with another authority's certificate", async () => {
    const simulator = await connectPayApi();
    const other = await createCertificateAuthority("Other CA");
    const certificate = await other.issueClient("token-vending");
    await expect(requestOverTls(simulator, simulator.tokenUrl, { certificate })).rejects.toThrow(
      "socket hang up",
    );
  });

  test("answers 403 to a certificate of the authority that is not registered", async () => {
    const simulator = await connectPayApi();
    const certificate = await simulator.authority.issueClient("token-vending");
    expect(
      (await requestOverTls(simulator, simulator.tokenUrl, { certificate, form: {} })).status,
    ).toBe(403);
    simulator.registerCertificate(certificate.chain);
    expect(
      (await requestOverTls(simulator, simulator.tokenUrl, { certificate, form: {} })).status,
    ).toBe(400);
    expect((await requestOverTls(simulator, simulator.tokenUrl, { form: {} })).status).toBe(403);
  });

  test("answers 403 without a certificate when TLS does not reject it", async () => {
    const simulator = await connectPayApi({ mutualTls: "forbidden" });
    const request = { form: {}, certificate: undefined };
    expect((await requestOverTls(simulator, simulator.tokenUrl, request)).status).toBe(403);
  });

  test("answers 403 to the registered certificate once it has expired, when TLS does not reject it", async () => {
    const simulator = await connectPayApi({ mutualTls: "forbidden" });
    const past = { notAfter: new Date(Date.now() - 60_000) };
    const certificate = await simulator.authority.issueClient("token-vending", past);
    simulator.registerCertificate(certificate.chain);
    expect(
      (await requestOverTls(simulator, simulator.tokenUrl, { certificate, form: {} })).status,
    ).toBe(403);
  });

  test("is not used by the browsers' host, which has no token endpoint, and vice versa", async () => {
    const simulator = await connectPayApi();
    const url = simulator.tokenUrl.replace(simulator.serverUrl, simulator.url);
    expect((await fetch(url, { method: "POST" })).status).toBe(404);
    const page = simulator.authorizeUrl.replace(simulator.url, simulator.serverUrl);
    expect((await requestOverTls(simulator, page)).status).toBe(404);
  });

  test("can be switched off", async () => {
    const simulator = await connectPayApi({ mutualTls: "off" });
    expect(await statusWith(simulator.pingUrl, "x-request-id", requestId())).toBe(401);
  });
});

test("the journal holds no code, no token and no state", async () => {
  const simulator = await connectPayApi();
  const { refresh_token, access_token } = await obtainConnectPayTokens(simulator);
  await refreshConnectPayToken(simulator, refresh_token);
  await statusWithToken(simulator, access_token);
  const text = await (await fetch(`${simulator.url}/__journal`)).text();
  expect(simulator.journal.length).toBeGreaterThan(5);
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|state-1|canary/);
});
