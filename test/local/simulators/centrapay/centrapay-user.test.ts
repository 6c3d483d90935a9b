import { describe, expect, test } from "vitest";
import { defaultUser } from "../../../../local/simulators/oauth/users.ts";
import { jsonOf, manualClock } from "../conferma-calls.ts";
import { createUserAgent } from "../oauth/user-agent.ts";
import {
  centrapay,
  centrapayAuthorizeUrl,
  challenge,
  client,
  obtainCentrapayCode,
  obtainCentrapayTokens,
  redeemCentrapayCode,
  redirectUri,
  refreshCentrapayToken,
  verifyWithJose,
  withBareToken,
} from "./centrapay-calls.ts";

describe("a user who logs in and allows", () => {
  test("comes back with a code and the same state", async () => {
    const simulator = await centrapay();
    const callback = await createUserAgent(defaultUser).consent(centrapayAuthorizeUrl(simulator));
    expect(callback.origin + callback.pathname).toBe(redirectUri);
    expect(callback.searchParams.get("state")).toBe("state-1");
    expect([...callback.searchParams.keys()].sort()).toEqual(["code", "state"]);
  });

  test("sees the client and the scopes, with the login prefilled from `u`", async () => {
    const simulator = await centrapay();
    const person = createUserAgent(defaultUser);
    await person.consent(
      centrapayAuthorizeUrl(simulator, { u: "+64210000001", scope: "openid email" }),
    );
    const [login = "", consent = ""] = person.pages;
    expect(login).toContain('value="+64210000001"');
    expect(consent).toContain("Allow Token vending?");
    expect(consent).toContain("See your e-mail address");
    expect(consent).not.toContain("See your telephone number");
  });

  test("gives the client an hour, a refresh token and an ID token that verifies", async () => {
    const clock = manualClock();
    const simulator = await centrapay({ now: clock.now });
    const tokens = await obtainCentrapayTokens(simulator);
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^eyJ/),
      id_token: expect.stringMatching(/^eyJ/),
      refresh_token: expect.stringMatching(/^simulated-/),
      token_type: "Bearer",
      expires_in: 3600,
    });
    expect(simulator.issuer).not.toContain("127.0.0.1");
    expect(
      await verifyWithJose(simulator, tokens["id_token"], new Date(clock.now())),
    ).toMatchObject({
      sub: defaultUser.subject,
      nonce: "nonce-1",
      email: defaultUser.login,
      exp: Math.floor(clock.now() / 1000) + 3600,
    });
  });

  test("can retry after a wrong password, and gets the same answer for a repeated form", async () => {
    const simulator = await centrapay();
    const person = createUserAgent(defaultUser);
    const url = centrapayAuthorizeUrl(simulator);
    const signIn = person.next(await person.open(url), url);
    const form = new URLSearchParams({ login: defaultUser.login, password: "guess" });
    expect(await (await person.open(signIn, form)).text()).toContain('role="alert"');
    const consent = await person.logIn(signIn);
    const first = await person.submit(consent, { decision: "allow" });
    expect((await person.submit(consent, { decision: "allow" })).href).toBe(first.href);
    expect((await person.open(consent)).status).toBe(410);
    expect(simulator.oracle.consents()).toBe(1);
  });
});

describe("a user who denies", () => {
  test("comes back with an error and no code", async () => {
    const simulator = await centrapay();
    const url = centrapayAuthorizeUrl(simulator);
    const { searchParams } = await createUserAgent(defaultUser).consent(url, { decision: "deny" });
    expect(searchParams.get("error")).toBe("access_denied");
    expect(searchParams.get("state")).toBe("state-1");
    expect(searchParams.has("code")).toBe(false);
    expect(simulator.oracle.consents()).toBe(0);
  });
});

describe("an authorization request", () => {
  test.each([
    ["an unknown client", { client_id: "nobody" }],
    ["a redirect address that is not registered", { redirect_uri: `${redirectUri}/x` }],
    ["a redirect address with a query", { redirect_uri: `${redirectUri}?x=1` }],
  ])("from %s shows an error page and does not redirect", async (_what, changes) => {
    const simulator = await centrapay();
    const response = await createUserAgent(defaultUser).open(
      centrapayAuthorizeUrl(simulator, changes),
    );
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
  });

  test.each([
    ["without a challenge", { code_challenge: undefined }, "invalid_request"],
    ["with `plain`", { code_challenge_method: "plain" }, "invalid_request"],
    ["without a method", { code_challenge_method: undefined }, "invalid_request"],
    ["with a short challenge", { code_challenge: "abc" }, "invalid_request"],
    ["for a token", { response_type: "token" }, "unsupported_response_type"],
    ["for an unknown scope", { scope: "openid admin" }, "invalid_scope"],
  ])("%s is redirected back with its error", async (_what, changes, error) => {
    const simulator = await centrapay();
    const person = createUserAgent(defaultUser);
    const url = centrapayAuthorizeUrl(simulator, changes);
    const callback = person.next(await person.open(url), url);
    expect(callback.searchParams.get("error")).toBe(error);
    expect(callback.searchParams.get("state")).toBe("state-1");
  });

  test("is counted if its state was used before", async () => {
    const simulator = await centrapay();
    const person = createUserAgent(defaultUser);
    await person.open(centrapayAuthorizeUrl(simulator));
    expect(simulator.oracle.statesRepeated()).toBe(0);
    await person.open(centrapayAuthorizeUrl(simulator));
    expect(simulator.oracle.statesRepeated()).toBe(1);
  });
});

describe("a code", () => {
  test.each([
    ["without its verifier", { code_verifier: "" }],
    ["with another verifier", { code_verifier: "x".repeat(43) }],
    ["with the challenge for a verifier", { code_verifier: challenge }],
    ["with another redirect address", { redirect_uri: `${redirectUri}/` }],
  ])("is refused %s", async (_what, changes) => {
    const simulator = await centrapay();
    const response = await redeemCentrapayCode(
      simulator,
      await obtainCentrapayCode(simulator),
      changes,
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: "invalid_grant" });
  });

  test("is refused to another client, and after five minutes", async () => {
    const clock = manualClock();
    const other = { ...client, clientId: "app-2" };
    const simulator = await centrapay({ now: clock.now, clients: [client, other] });
    const code = await obtainCentrapayCode(simulator);
    expect((await redeemCentrapayCode(simulator, code, { client_id: "app-2" })).status).toBe(400);
    clock.advance(300_000);
    expect((await redeemCentrapayCode(simulator, code)).status).toBe(400);
    expect(simulator.journal.filter(({ kind }) => kind === "refuse-grant")).toMatchObject([
      { reason: "other-client" },
      { reason: "expired" },
    ]);
  });

  test("that is replayed is refused, and ends its consent", async () => {
    const simulator = await centrapay();
    const code = await obtainCentrapayCode(simulator);
    const tokens = await jsonOf(await redeemCentrapayCode(simulator, code));
    expect(await withBareToken(simulator, tokens["access_token"])).toBe(200);
    expect((await redeemCentrapayCode(simulator, code)).status).toBe(400);
    expect(await withBareToken(simulator, tokens["access_token"])).toBe(401);
    expect((await refreshCentrapayToken(simulator, tokens["refresh_token"])).status).toBe(400);
    expect(simulator.oracle.codesReplayed()).toBe(1);
  });
});

describe("a refresh token", () => {
  test("does not rotate by default, and a refreshed ID token has no nonce", async () => {
    const simulator = await centrapay();
    const tokens = await obtainCentrapayTokens(simulator);
    const again = await jsonOf(await refreshCentrapayToken(simulator, tokens["refresh_token"]));
    expect(again).not.toHaveProperty("refresh_token");
    const claims = await verifyWithJose(simulator, again["id_token"]);
    expect(claims.sub).toBe(defaultUser.subject);
    expect(claims["nonce"]).toBeUndefined();
    expect(await withBareToken(simulator, tokens["access_token"])).toBe(200);
    expect(await withBareToken(simulator, again["access_token"])).toBe(200);
  });

  test("expires sixty days after the consent, however often it was used", async () => {
    const clock = manualClock();
    const simulator = await centrapay({ now: clock.now });
    const { refresh_token } = await obtainCentrapayTokens(simulator);
    clock.advance(60 * 86_400_000 - 1);
    expect((await refreshCentrapayToken(simulator, refresh_token)).status).toBe(200);
    clock.advance(1);
    expect(await jsonOf(await refreshCentrapayToken(simulator, refresh_token))).toEqual({
      error: "invalid_grant",
    });
  });

  test("that rotates is accepted within its grace period; later use ends the consent", async () => {
    const clock = manualClock();
    const simulator = await centrapay({
      now: clock.now,
      refresh: { rotation: "rotate", graceMs: 60_000 },
    });
    const { refresh_token: first } = await obtainCentrapayTokens(simulator);
    const { refresh_token: second } = await jsonOf(await refreshCentrapayToken(simulator, first));
    expect(second).not.toBe(first);
    clock.advance(59_999);
    expect((await refreshCentrapayToken(simulator, first)).status).toBe(200);
    expect((await refreshCentrapayToken(simulator, second)).status).toBe(200);
    clock.advance(1);
    expect((await refreshCentrapayToken(simulator, first)).status).toBe(400);
    expect((await refreshCentrapayToken(simulator, second)).status).toBe(400);
    expect(simulator.journal).toContainEqual(
      expect.objectContaining({ kind: "end-consent", reason: "reused-refresh-token" }),
    );
  });

  test("whose successor never arrived is not counted as reused", async () => {
    const simulator = await centrapay({ refresh: { rotation: "rotate", graceMs: 60_000 } });
    const { refresh_token: first } = await obtainCentrapayTokens(simulator);
    simulator.injectFault({ kind: "destroy", when: "after-handling" });
    await expect(refreshCentrapayToken(simulator, first)).rejects.toThrow("fetch failed");
    const { refresh_token: second } = await jsonOf(await refreshCentrapayToken(simulator, first));
    expect(simulator.oracle.refreshTokensReused()).toBe(0);
    await refreshCentrapayToken(simulator, second);
    await refreshCentrapayToken(simulator, second);
    expect(simulator.oracle.refreshTokensReused()).toBe(1);
  });

  test("that is revoked cannot be used, while the JWT stays valid until it expires", async () => {
    const clock = manualClock();
    const simulator = await centrapay({ now: clock.now });
    const { refresh_token, access_token } = await obtainCentrapayTokens(simulator);
    const body = new URLSearchParams({ client_id: "app-1", token: String(refresh_token) });
    expect((await fetch(simulator.revokeUrl, { method: "POST", body })).status).toBe(200);
    expect((await refreshCentrapayToken(simulator, refresh_token)).status).toBe(400);
    expect(await withBareToken(simulator, access_token)).toBe(200);
    clock.advance(3_600_000);
    expect(await withBareToken(simulator, access_token)).toBe(401);
  });
});

describe("the API", () => {
  test("accepts a bare token, never one with a scheme", async () => {
    const simulator = await centrapay();
    const { access_token } = await obtainCentrapayTokens(simulator);
    expect(await withBareToken(simulator, access_token)).toBe(200);
    expect(await withBareToken(simulator, `Bearer ${access_token}`)).toBe(401);
    const refused = await fetch(simulator.pingUrl);
    expect(await refused.json()).toEqual({
      statusCode: 401,
      error: "Unauthorized",
      message: "Missing authentication",
    });
  });

  test("accepts a known account, and answers 403 for others", async () => {
    const simulator = await centrapay({ accounts: ["acct-1"] });
    const { access_token } = await obtainCentrapayTokens(simulator);
    const actFor = (account: string) =>
      fetch(simulator.pingUrl, {
        headers: { authorization: String(access_token), "x-centrapay-account": account },
      });
    expect(await jsonOf(await actFor("acct-1"))).toMatchObject({ accountId: "acct-1" });
    expect((await actFor("acct-2")).status).toBe(403);
    simulator.forbidApi(true);
    expect(await withBareToken(simulator, access_token)).toBe(403);
  });

  test("limits a user's requests per minute", async () => {
    const simulator = await centrapay({ requestsPerMinute: 1 });
    const { access_token } = await obtainCentrapayTokens(simulator);
    expect(await withBareToken(simulator, access_token)).toBe(200);
    expect(await withBareToken(simulator, access_token)).toBe(429);
  });
});

test("a client sends its secret by Basic or by post, a public one sends none", async () => {
  const secret = { ...client, clientSecret: "canary-secret" };
  const simulator = await centrapay({ clients: [secret] });
  const code = await obtainCentrapayCode(simulator);
  const unauthenticated = await redeemCentrapayCode(simulator, code);
  expect(await unauthenticated.json()).toEqual({ error: "invalid_client" });
  expect(
    (await redeemCentrapayCode(simulator, code, { client_secret: "canary-secret" })).status,
  ).toBe(200);
  const open = await centrapay();
  const wrong = await redeemCentrapayCode(open, await obtainCentrapayCode(open), {
    client_secret: "anything",
  });
  expect(await wrong.json()).toEqual({ error: "invalid_client" });
});

test("the journal holds no code, no token, no password and no state", async () => {
  const simulator = await centrapay({ refresh: { rotation: "rotate" } });
  const code = await obtainCentrapayCode(simulator);
  const { refresh_token } = await jsonOf(await redeemCentrapayCode(simulator, code));
  await refreshCentrapayToken(simulator, refresh_token);
  await refreshCentrapayToken(simulator, refresh_token);
  const kinds = simulator.journal.map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(
    new Set([
      ...["authorize", "consent", "issue", "redeem", "refresh"],
      ...["end-consent", "revoke", "refuse-grant"],
    ]),
  );
  const text = await (await fetch(`${simulator.url}/__journal`)).text();
  expect(text).not.toMatch(/simulated-|eyJ|state-1|kereru/);
});
