import { describe, expect, test } from "vitest";
import {
  basicHeader,
  confermaApi,
  confermaToken,
  jsonOf,
  requestConfermaToken,
  withBearer,
} from "../conferma-calls.ts";

describe("timing", () => {
  test("a delay before handling delays the issue and the headers", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "delay", ms: 200 });
    const signal = AbortSignal.timeout(100);
    await expect(requestConfermaToken(simulator, { signal })).rejects.toThrow(/timeout/);
    expect(simulator.counters.issues()).toBe(0);
  });

  test("a request that has arrived takes effect although its caller has disconnected", async () => {
    const simulator = await confermaApi();
    const before = await confermaToken(simulator);
    simulator.injectFault({ kind: "delay", ms: 150 });
    const signal = AbortSignal.timeout(50);
    await expect(requestConfermaToken(simulator, { signal })).rejects.toThrow(/timeout/);
    expect(await withBearer(simulator, before)).toBe(200);
    await expect.poll(() => withBearer(simulator, before)).toBe(401);
    await confermaToken(simulator);
    expect(simulator.counters.issues()).toBe(3);
    expect(simulator.counters.earlyIssues()).toBe(2);
    expect(simulator.counters.unexcusedEarlyIssues()).toBe(1);
  });

  test("a delay after handling delays only the headers", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "delay", ms: 200, when: "after-handling" });
    const signal = AbortSignal.timeout(100);
    await expect(requestConfermaToken(simulator, { signal })).rejects.toThrow(/timeout/);
    expect(simulator.counters.issues()).toBe(1);
  });

  test("a delay in the body stalls after the headers and the first byte", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "delay-body", ms: 200 });
    const response = await requestConfermaToken(simulator, { signal: AbortSignal.timeout(100) });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(/timeout/);
  });

  test("latency slows every request", async () => {
    const simulator = await confermaApi({ settings: { latencyMs: 60 } });
    const startedAt = performance.now();
    await confermaToken(simulator);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(59);
  });
});

describe("replies that replace the provider's", () => {
  test("a literal reply is sent unchanged, and nothing is issued", async () => {
    const simulator = await confermaApi();
    const headers = { "content-type": "text/html", "x-odd": "1" };
    simulator.injectFault({ kind: "respond", status: 503, headers, body: "<h1>down</h1>" });
    const response = await requestConfermaToken(simulator);
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(response.headers.get("x-odd")).toBe("1");
    expect(await response.text()).toBe("<h1>down</h1>");
    expect(simulator.counters.issues()).toBe(0);
  });

  test("a literal reply may be bytes", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "respond", status: 200, body: Uint8Array.of(0xff, 0x00) });
    const bytes = await (await requestConfermaToken(simulator)).bytes();
    expect([...bytes]).toEqual([0xff, 0x00]);
  });

  test("a literal reply after issuing hides a token that has already revoked the old one", async () => {
    const simulator = await confermaApi();
    const old = await confermaToken(simulator);
    simulator.injectFault({ kind: "respond", status: 500, afterIssuing: true });
    expect((await requestConfermaToken(simulator)).status).toBe(500);
    expect(await withBearer(simulator, old)).toBe(401);
    await confermaToken(simulator);
    const [, hidden, next] = simulator.journal.filter((entry) => entry.kind === "issue");
    const { fingerprint } = hidden ?? {};
    expect(next).toMatchObject({ early: true, revoked: [fingerprint] });
    const lost = simulator.journal.filter((entry) => entry.kind === "undelivered");
    expect(lost).toMatchObject([{ route: "token", fingerprint }]);
  });

  test.each(["7", "Fri, 20 Nov 2026 10:00:07 GMT", "999999999", "-1", "soon"])(
    "throttling sends any Retry-After: %s",
    async (retryAfter) => {
      const simulator = await confermaApi();
      simulator.injectFault({ kind: "throttle", retryAfter });
      const response = await requestConfermaToken(simulator);
      expect(response.status).toBe(429);
      expect(response.headers.get("retry-after")).toBe(retryAfter);
      expect(await response.json()).toEqual({
        statusCode: 429,
        error: "Too Many Requests",
        message: "RATE_LIMIT_EXCEEDED",
      });
    },
  );

  test("throttling may omit Retry-After and use other error formats", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "throttle", shape: "oauth" });
    simulator.injectFault({ kind: "throttle", shape: "text" });
    const response = await requestConfermaToken(simulator);
    expect(response.headers.get("retry-after")).toBeNull();
    expect(await response.json()).toEqual({ error: "temporarily_unavailable" });
    expect(await (await requestConfermaToken(simulator)).text()).toBe("Too Many Requests");
  });

  test("a redirect names another host", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "redirect", location: "https://attacker.example/token" });
    const response = await requestConfermaToken(simulator);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("https://attacker.example/token");
  });

  test("an echo repeats secret and token in an error", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "echo", status: 400, afterIssuing: true });
    const response = await requestConfermaToken(simulator);
    expect(response.status).toBe(400);
    const { message } = await jsonOf(response);
    expect(message).toContain(basicHeader("card-client", "card-secret"));
    expect(message).toContain("card-client:card-secret");
    expect(message).toContain("simulated-conferma-");
  });
});

describe("broken connections", () => {
  test("destroying before handling issues nothing", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "destroy", when: "before-handling" });
    await expect(requestConfermaToken(simulator)).rejects.toThrow("fetch failed");
    expect(simulator.counters.issues()).toBe(0);
  });

  test("destroying after handling loses the token that was issued", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "destroy", when: "after-handling" });
    await expect(requestConfermaToken(simulator)).rejects.toThrow("fetch failed");
    await confermaToken(simulator);
    expect(simulator.counters.issues()).toBe(2);
    expect(simulator.counters.earlyIssues()).toBe(1);
    expect(simulator.counters.unexcusedEarlyIssues()).toBe(0);
  });

  test("destroying after half the body shows the headers first", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "destroy", when: "half-body" });
    const response = await requestConfermaToken(simulator);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
    expect(simulator.counters.issues()).toBe(1);
  });
});

describe("broken bodies", () => {
  test("an oversized body is streamed to its last byte", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "oversized" });
    const response = await requestConfermaToken(simulator);
    expect((await response.bytes()).length).toBeGreaterThanOrEqual(50_000_000);
  });

  test("a gzip bomb is small on the wire and large when read", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "gzip-bomb", bytes: 5_000_000, afterIssuing: true });
    const response = await requestConfermaToken(simulator);
    expect(response.headers.get("content-encoding")).toBe("gzip");
    const { access_token, padding } = await jsonOf(response);
    expect(access_token).toMatch(/^simulated-conferma-/);
    expect(String(padding).length).toBe(5_000_000);
  });

  test("a caller that disconnects from a long body does not harm the simulator", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "oversized" });
    const response = await requestConfermaToken(simulator);
    await response.body?.cancel();
    expect((await requestConfermaToken(simulator)).status).toBe(200);
  });

  test("a truncated body is correct HTTP around half the JSON", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "truncate" });
    const body = await (await requestConfermaToken(simulator)).text();
    expect(body).toMatch(/^\{"access_token":"simulated-conferma-/);
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
  });

  test("a byte order mark stands before the JSON", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "byte-order-mark" });
    const bytes = await (await requestConfermaToken(simulator)).bytes();
    expect([...bytes.subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x7b]);
  });

  test("a function changes the body of a success, and leaves errors alone", async () => {
    const simulator = await confermaApi();
    const override = (body: unknown) => ({ ...Object(body), expires: "next week" });
    simulator.injectFault({ kind: "override-body", override, times: 2 });
    expect(await jsonOf(await requestConfermaToken(simulator))).toMatchObject({
      expires: "next week",
    });
    const headers = { authorization: basicHeader("card-client", "wrong") };
    expect(await jsonOf(await requestConfermaToken(simulator, { headers }))).not.toHaveProperty(
      "expires",
    );
  });

  test("a merge patch sets, replaces and removes members", async () => {
    const simulator = await confermaApi();
    const patch = { expires: null, expires_in: "300", issued: { odd: true } };
    simulator.injectFault({ kind: "patch-body", patch });
    expect(await jsonOf(await requestConfermaToken(simulator))).toEqual({
      access_token: expect.any(String),
      expires_in: "300",
      issued: { odd: true },
    });
  });
});

test("a body without its token leaves the caller without one", async () => {
  const simulator = await confermaApi();
  simulator.injectFault({ kind: "patch-body", patch: { access_token: null } });
  await (await requestConfermaToken(simulator)).text();
  await confermaToken(simulator);
  expect(simulator.counters.earlyIssues()).toBe(1);
  expect(simulator.counters.unexcusedEarlyIssues()).toBe(0);
});

describe("the same token again", () => {
  test("is returned with its old instants, and revokes nothing", async () => {
    const simulator = await confermaApi();
    const first = await jsonOf(await requestConfermaToken(simulator));
    simulator.injectFault({ kind: "same-token" });
    expect(await jsonOf(await requestConfermaToken(simulator))).toEqual(first);
    expect(await withBearer(simulator, String(first["access_token"]))).toBe(200);
    expect(simulator.counters.issues()).toBe(2);
    expect(simulator.counters.earlyIssues()).toBe(0);
  });

  test("is returned with a new lifetime when configured", async () => {
    let at = Date.parse("2026-11-20T10:00:00.000Z");
    const simulator = await confermaApi({ now: () => at });
    const token = await confermaToken(simulator);
    at += 200_000;
    simulator.injectFault({ kind: "same-token", lifetime: "extended" });
    const again = await jsonOf(await requestConfermaToken(simulator));
    expect(again["access_token"]).toBe(token);
    expect(again["issued"]).toMatch(/^2026-11-20T10:03:20\.000/);
    at += 250_000;
    expect(await withBearer(simulator, token)).toBe(200);
  });

  test("is a new one if none is live", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "same-token" });
    expect(await confermaToken(simulator)).toMatch(/^simulated-conferma-/);
  });
});

describe("injected faults", () => {
  test("apply in order, the given number of times each", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "respond", status: 502, times: 2 });
    simulator.injectFault({ kind: "respond", status: 503 });
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1)
      statuses.push((await requestConfermaToken(simulator)).status);
    expect(statuses).toEqual([502, 502, 503, 200]);
    const played = simulator.journal.filter((entry) => entry.kind === "fault");
    expect(played).toHaveLength(3);
    expect(played[0]).toMatchObject({ fault: "respond", route: "token" });
  });

  test("last until cleared if times is always", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "respond", status: 503, times: "always" });
    expect((await requestConfermaToken(simulator)).status).toBe(503);
    expect((await requestConfermaToken(simulator)).status).toBe(503);
    simulator.clearFaults();
    expect((await requestConfermaToken(simulator)).status).toBe(200);
  });

  test("apply to their route only, which must exist", async () => {
    const simulator = await confermaApi();
    simulator.injectFault({ kind: "respond", status: 418, route: "api" });
    const token = await confermaToken(simulator);
    expect(await withBearer(simulator, token)).toBe(418);
    expect(await withBearer(simulator, token)).toBe(200);
    expect(() => simulator.injectFault({ kind: "truncate", route: "tokne" })).toThrow(
      'no route "tokne" here, only token, api',
    );
  });
});
