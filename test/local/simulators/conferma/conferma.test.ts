import { describe, expect, test } from "vitest";
import type { ConfermaErrorShape } from "../../../../local/simulators/conferma/conferma.ts";
import {
  basicHeader,
  confermaApi,
  confermaClient,
  confermaToken,
  jsonOf,
  manualClock,
  requestConfermaToken,
  statusWith,
  withBearer,
} from "../conferma-calls.ts";

const denied = {
  errorCode: "ESEC001",
  message: "Authorization has been denied for this request.",
  details: [],
};

describe("the token endpoint", () => {
  test("answers with token, expires and issued only, in .NET's format, 300 s apart", async () => {
    const simulator = await confermaApi({ now: manualClock().now });
    const response = await requestConfermaToken(simulator);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^simulated-conferma-[\w-]{32}$/),
      expires: expect.stringMatching(/^2026-11-20T10:05:00\.123\d{4}\+00:00$/),
      issued: expect.stringMatching(/^2026-11-20T10:00:00\.123\d{4}\+00:00$/),
    });
  });

  test("states instants of a skewed clock without changing the lifetime", async () => {
    const simulator = await confermaApi({ now: manualClock().now, lifetimeMs: 10_000 });
    simulator.settings.clockSkewMs = -600_000;
    const { issued, expires, access_token } = await jsonOf(await requestConfermaToken(simulator));
    expect(issued).toMatch(/^2026-11-20T09:50:00\.123/);
    expect(expires).toMatch(/^2026-11-20T09:50:10\.123/);
    expect(await withBearer(simulator, String(access_token))).toBe(200);
  });

  test.each([
    ["a wrong secret", basicHeader("card-client", "wrong")],
    ["an unknown client", basicHeader("stranger", "card-secret")],
    ["url-safe or unpadded Base64", "Basic Y2FyZC1jbGllbnQ6Y2FyZC1zZWNyZXQ"],
    ["credentials without a scheme", "Y2FyZC1jbGllbnQ6Y2FyZC1zZWNyZXQ="],
  ])("refuses %s", async (_what, authorization) => {
    const simulator = await confermaApi();
    const response = await requestConfermaToken(simulator, { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(denied);
    expect(simulator.counters.credentialsRefused()).toBe(1);
    expect(simulator.counters.issues()).toBe(0);
  });

  test("refuses a platform key that is not the client's", async () => {
    const simulator = await confermaApi();
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: "PKN-2" });
    const response = await requestConfermaToken(simulator, { body });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: "invalid_scope" });
  });

  test("refuses a body that is not a form", async () => {
    const simulator = await confermaApi();
    const body = '{"grant_type":"client_credentials","scope":"PKN-1"}';
    const response = await requestConfermaToken(simulator, { body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errorCode: "EVAL000" });
  });

  test.each<[ConfermaErrorShape, number, string]>([
    ["esec001", 401, JSON.stringify(denied)],
    ["invalid-client", 400, '{"error":"invalid_client"}'],
    ["invalid-scope", 400, '{"error":"invalid_scope"}'],
    ["text", 401, "Unauthorized"],
  ])("refuses in the form %s when configured", async (shape, status, body) => {
    const simulator = await confermaApi();
    simulator.answerErrorsAs(shape);
    const headers = { authorization: basicHeader("card-client", "wrong") };
    const response = await requestConfermaToken(simulator, { headers });
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
  });
});

describe("Basic authentication", () => {
  const awkward = "a:b/c+d%20é~-";
  const clients = [{ clientId: "id-1", clientSecret: awkward, platformKeys: ["PKN-1"] }];
  const rawHeader = basicHeader("id-1", awkward);
  const encodedHeader = basicHeader("id%2D1", "a%3Ab%2Fc%2Bd%2520%C3%A9~-");

  test("compares the unencoded pair by default", async () => {
    const simulator = await confermaApi({ clients });
    const ask = (authorization: string) =>
      requestConfermaToken(simulator, { headers: { authorization } });
    expect((await ask(rawHeader)).status).toBe(200);
    expect((await ask(encodedHeader)).status).toBe(401);
  });

  test("decodes both halves when strict about RFC 6749", async () => {
    const simulator = await confermaApi({ clients, basicEncoding: "rfc6749" });
    const ask = (authorization: string) =>
      requestConfermaToken(simulator, { headers: { authorization } });
    expect((await ask(rawHeader)).status).toBe(401);
    expect((await ask(encodedHeader)).status).toBe(200);
  });
});

describe("revocation", () => {
  test("a new token ends the old one at once", async () => {
    const simulator = await confermaApi();
    const first = await confermaToken(simulator);
    expect(await withBearer(simulator, first)).toBe(200);
    const second = await confermaToken(simulator);
    expect(await withBearer(simulator, first)).toBe(401);
    expect(await withBearer(simulator, second)).toBe(200);
  });

  test("extends over client ids, but not over platform keys", async () => {
    const other = { clientId: "other", clientSecret: "s", platformKeys: ["PKN-1", "PKN-2"] };
    const simulator = await confermaApi({ clients: [confermaClient, other] });
    const first = await confermaToken(simulator);
    const headers = { authorization: basicHeader("other", "s") };
    const elsewhere = new URLSearchParams({ grant_type: "client_credentials", scope: "PKN-2" });
    await confermaToken(simulator, { headers, body: elsewhere });
    expect(await withBearer(simulator, first)).toBe(200);
    await confermaToken(simulator, { headers });
    expect(await withBearer(simulator, first)).toBe(401);
    expect(simulator.counters.issuesPerRevocationScope()).toEqual({ "PKN-1": 2, "PKN-2": 1 });
  });

  test("records which tokens an issue revoked, and that it was early", async () => {
    const simulator = await confermaApi();
    await confermaToken(simulator);
    await confermaToken(simulator);
    const [first, second] = simulator.journal.filter((entry) => entry.kind === "issue");
    expect(first).toMatchObject({
      revocationScope: "PKN-1",
      clientId: "card-client",
      early: false,
    });
    expect(second).toMatchObject({ early: true, revoked: [first?.fingerprint] });
    expect(simulator.counters.earlyIssues()).toBe(1);
    expect(simulator.counters.unexcusedEarlyIssues("PKN-1")).toBe(1);
  });

  test("an issue at the very instant of expiry is not early", async () => {
    const clock = manualClock();
    const simulator = await confermaApi({ now: clock.now });
    const token = await confermaToken(simulator);
    clock.advance(299_999);
    expect(await withBearer(simulator, token)).toBe(200);
    clock.advance(1);
    expect(await withBearer(simulator, token)).toBe(401);
    await confermaToken(simulator);
    expect(simulator.counters.earlyIssues()).toBe(0);
    expect(simulator.journal.filter((entry) => entry.kind === "revoke")).toEqual([]);
  });

  test("an issue by another client revokes our token; the next issue is not early", async () => {
    const simulator = await confermaApi();
    const ours = await confermaToken(simulator);
    const theirs = simulator.issueAsSomeoneElse("PKN-1");
    expect(await withBearer(simulator, ours)).toBe(401);
    expect(await withBearer(simulator, theirs)).toBe(200);
    await confermaToken(simulator);
    expect(await withBearer(simulator, theirs)).toBe(401);
    expect(simulator.counters.issues()).toBe(2);
    expect(simulator.counters.earlyIssues()).toBe(0);
  });

  test("an issue after a 401 that a fault gave to a live token is not early", async () => {
    const simulator = await confermaApi();
    const token = await confermaToken(simulator);
    simulator.injectFault({ kind: "respond", route: "api", status: 401 });
    expect(await withBearer(simulator, token)).toBe(401);
    await confermaToken(simulator);
    expect(simulator.counters.earlyIssues()).toBe(0);
  });
});

describe("the API", () => {
  test("refuses a bare token and a missing one", async () => {
    const simulator = await confermaApi();
    const token = await confermaToken(simulator);
    expect(await statusWith(simulator.pingUrl, "authorization", token)).toBe(401);
    const response = await fetch(simulator.pingUrl);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(denied);
    const reasons = simulator.journal.map((entry) => entry.reason).filter(Boolean);
    expect(reasons).toEqual(["malformed", "missing"]);
  });

  test("answers 403 with the code of its 401 when a live token is forbidden", async () => {
    const simulator = await confermaApi();
    const headers = { authorization: `Bearer ${await confermaToken(simulator)}` };
    simulator.forbidApi(true);
    const response = await fetch(simulator.pingUrl, { headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual(denied);
    expect(simulator.counters.usesRefused(403)).toBe(1);
    simulator.forbidApi(false);
    expect((await fetch(simulator.pingUrl, { headers })).status).toBe(200);
  });

  test("states how much of a body it received", async () => {
    const simulator = await confermaApi();
    const headers = { authorization: `Bearer ${await confermaToken(simulator)}` };
    const response = await fetch(simulator.pingUrl, { method: "POST", headers, body: "12345é" });
    expect(await response.json()).toEqual({ ping: "pong", receivedBytes: 7 });
  });
});

describe("secret rotation", () => {
  const ask = async (simulator: Parameters<typeof requestConfermaToken>[0], secret: string) =>
    (
      await requestConfermaToken(simulator, {
        headers: { authorization: basicHeader("card-client", secret) },
      })
    ).status;

  test("ends the old secret at once, and no token", async () => {
    const simulator = await confermaApi();
    const token = await confermaToken(simulator);
    simulator.rotateSecret("card-client", "new-secret", { keepOld: false });
    expect(await ask(simulator, "card-secret")).toBe(401);
    expect(await withBearer(simulator, token)).toBe(200);
    expect(await ask(simulator, "new-secret")).toBe(200);
  });

  test("keeps the old secret until it is retired when configured", async () => {
    const simulator = await confermaApi();
    simulator.rotateSecret("card-client", "new-secret", { keepOld: true });
    expect(await ask(simulator, "card-secret")).toBe(200);
    expect(await ask(simulator, "new-secret")).toBe(200);
    simulator.retireOldSecrets("card-client");
    expect(await ask(simulator, "card-secret")).toBe(401);
    expect(await ask(simulator, "new-secret")).toBe(200);
  });
});
