import { describe, expect, test } from "vitest";
import type {
  InvalidClientShape,
  OAuthServer,
  OAuthServerOptions,
} from "../../../../local/simulators/oauth/oauth-server.ts";
import { startOAuthServer } from "../../../../local/simulators/oauth/oauth-server.ts";
import {
  basicHeader,
  jsonOf,
  manualClock,
  statusWith,
  stopAfterTest,
  withBearer,
} from "../conferma-calls.ts";

const client = { clientId: "id-1", clientSecret: "a:b/c d" };
const required = { audience: ["https://api"] };
const encoded = basicHeader("id-1", "a%3Ab%2Fc+d");

const oauth = async (options: OAuthServerOptions = {}) =>
  stopAfterTest(await startOAuthServer({ clients: [client], ...options }));

function ask(simulator: OAuthServer, form: Record<string, string> = {}, authorization = encoded) {
  return fetch(simulator.tokenUrl, {
    method: "POST",
    headers: authorization === "" ? {} : { authorization },
    body: new URLSearchParams({ grant_type: "client_credentials", ...form }),
  });
}

const tokenOf = async (response: Promise<Response>) =>
  String((await jsonOf(await response))["access_token"]);

describe("the client-credentials grant", () => {
  test("answers as RFC 6749 §5.1 requires", async () => {
    const simulator = await oauth({ lifetimeMs: 3_600_000, now: manualClock().now });
    const response = await ask(simulator, { scope: "read write" });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^simulated-oauth-/),
      token_type: "Bearer",
      expires_in: 3600,
      scope: "read write",
    });
  });

  test("decodes Basic credentials, or takes them raw when configured", async () => {
    const raw = basicHeader("id-1", "a:b/c d");
    const strict = await oauth();
    expect((await ask(strict, {}, raw)).status).toBe(200);
    const literal = await oauth({ clients: [{ ...client, clientSecret: "a+b" }] });
    expect((await ask(literal, {}, basicHeader("id-1", "a+b"))).status).toBe(401);
    const lenient = await oauth({ basicEncoding: "raw" });
    expect((await ask(lenient, {}, raw)).status).toBe(200);
    expect((await ask(lenient)).status).toBe(401);
  });

  test("takes credentials from the body when configured, and never from both", async () => {
    const simulator = await oauth({ clientAuthentication: "post" });
    const form = { client_id: "id-1", client_secret: "a:b/c d" };
    expect((await ask(simulator, form, "")).status).toBe(200);
    expect((await ask(simulator)).status).toBe(401);
    const twice = await ask(simulator, form, encoded);
    expect(twice.status).toBe(400);
    expect(await twice.json()).toEqual({ error: "invalid_request" });
  });

  test.each<[InvalidClientShape, number, string | null]>([
    ["challenge", 401, 'Basic realm="simulator"'],
    ["bad-request", 400, null],
    ["ok-with-error", 200, null],
  ])("refuses a client in the form %s", async (invalidClientShape, status, challenge) => {
    const simulator = await oauth({ invalidClientShape });
    const response = await ask(simulator, {}, basicHeader("id-1", "wrong"));
    expect(response.status).toBe(status);
    expect(response.headers.get("www-authenticate")).toBe(challenge);
    expect(await response.json()).toMatchObject({ error: "invalid_client" });
    expect(simulator.counters.credentialsRefused()).toBe(1);
  });

  test.each([
    [{ grant_type: "password" }, "unsupported_grant_type"],
    [{ scope: "read admin", audience: "https://api" }, "invalid_scope"],
    [{ scope: "read", audience: "https://other" }, "invalid_target"],
    [{ scope: "read" }, "invalid_target"],
  ])("answers 400 to %j", async (form, error) => {
    const simulator = await oauth({ allowedScopes: ["read"], required });
    const response = await ask(simulator, form);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error });
  });

  test("accepts the scope and audience that it requires", async () => {
    const simulator = await oauth({ allowedScopes: ["read"], required });
    expect((await ask(simulator, { scope: "read", audience: "https://api" })).status).toBe(200);
  });
});

describe("tokens", () => {
  test("coexist by default, and no issue is early", async () => {
    const simulator = await oauth();
    const first = await tokenOf(ask(simulator));
    await ask(simulator);
    expect(await withBearer(simulator, first)).toBe(200);
    expect(simulator.counters.earlyIssues()).toBe(0);
  });

  test("revoke one another when configured", async () => {
    const simulator = await oauth({ onIssue: "revoke" });
    const first = await tokenOf(ask(simulator));
    const second = await tokenOf(ask(simulator));
    expect(await withBearer(simulator, first)).toBe(401);
    expect(await withBearer(simulator, second)).toBe(200);
    expect(simulator.counters.earlyIssues()).toBe(1);
  });

  test("can be revoked by hand", async () => {
    const simulator = await oauth();
    const token = await tokenOf(ask(simulator));
    simulator.revoke(token);
    expect(await withBearer(simulator, token)).toBe(401);
  });

  test("are required as Bearer, with a challenge that names no error if there is no token", async () => {
    const simulator = await oauth();
    const token = await tokenOf(ask(simulator));
    expect(await statusWith(simulator.pingUrl, "authorization", token)).toBe(401);
    const missing = await fetch(simulator.pingUrl);
    expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="simulator"');
    const headers = { authorization: "Bearer unknown" };
    const unknown = await fetch(simulator.pingUrl, { headers });
    expect(unknown.headers.get("www-authenticate")).toBe(
      'Bearer realm="simulator", error="invalid_token"',
    );
  });
});
