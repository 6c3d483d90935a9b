import { describe, expect, test } from "vitest";
import type { Cfis, CfisOptions } from "../../../../local/simulators/cfis/cfis.ts";
import { startCfis } from "../../../../local/simulators/cfis/cfis.ts";
import type { ExpiryStatus, RenewalShape } from "../../../../local/simulators/cfis/cfis-answers.ts";
import { jsonOf, manualClock, statusWith, stopAfterTest } from "../conferma-calls.ts";

const cfis = async (options: CfisOptions = {}) =>
  stopAfterTest(await startCfis({ keys: [{ apiKey: "key-1" }], ...options }));

const call = (simulator: Cfis, route: string, apiKey: string, init: RequestInit = {}) =>
  fetch(`${simulator.url}/api/v1/partner/${route}`, {
    ...init,
    headers: { "x-api-key": apiKey },
  });

const ping = (simulator: Cfis, apiKey: string) =>
  statusWith(simulator.pingUrl, "x-api-key", apiKey);

describe("the API", () => {
  test("accepts a key in X-Api-Key, and not in Authorization", async () => {
    const simulator = await cfis();
    expect(await ping(simulator, "key-1")).toBe(200);
    expect(await ping(simulator, "key-2")).toBe(401);
    expect(await statusWith(simulator.pingUrl, "authorization", "Bearer key-1")).toBe(401);
  });

  test("refuses the other environment's key", async () => {
    const keys = [{ apiKey: "staging-key", environment: "staging" }] as const;
    const production = await cfis({ keys });
    expect(await ping(production, "staging-key")).toBe(401);
    expect((await call(production, "validate", "staging-key")).status).toBe(401);
    const staging = await cfis({ keys, environment: "staging" });
    expect(await ping(staging, "staging-key")).toBe(200);
  });

  test("refuses a key from its expiry on", async () => {
    const clock = manualClock();
    const expiresAt = new Date("2026-11-20T11:00:00Z");
    const simulator = await cfis({ now: clock.now, keys: [{ apiKey: "key-1", expiresAt }] });
    clock.advance(3_599_876);
    expect(await ping(simulator, "key-1")).toBe(200);
    clock.advance(1);
    expect(await ping(simulator, "key-1")).toBe(401);
  });

  test.each<ExpiryStatus>([200, 400, 401, 403, 419])(
    "refuses an expired key with %i when configured",
    async (status) => {
      const simulator = await cfis();
      simulator.expireKey("key-1");
      simulator.answerExpiryAs(status);
      const response = await call(simulator, "ping", "key-1");
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({ Message: "Token has expired" });
      expect(simulator.counters.usesRefused()).toBe(1);
    },
  );

  test("lets keys coexist until one is revoked", async () => {
    const simulator = await cfis();
    const second = simulator.registerKey();
    expect(await ping(simulator, "key-1")).toBe(200);
    expect(await ping(simulator, second)).toBe(200);
    simulator.revokeKey("key-1");
    expect(await ping(simulator, "key-1")).toBe(401);
    expect(await ping(simulator, second)).toBe(200);
  });
});

describe("validation", () => {
  test("reports a live key as valid, and a revoked one as invalid", async () => {
    const simulator = await cfis();
    const response = await call(simulator, "validate", "key-1");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ isValid: true, message: "Token is valid" });
    simulator.revokeKey("key-1");
    expect((await call(simulator, "validate", "key-1")).status).toBe(401);
    expect(simulator.journal.filter((entry) => entry.kind === "probe")).toMatchObject([
      { status: 200 },
      { status: 401 },
    ]);
  });

  test("answers 200 with isValid false when configured", async () => {
    const simulator = await cfis();
    simulator.answerValidateAs("valid-false");
    const response = await call(simulator, "validate", "key-1");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ isValid: false });
  });

  test.each([400, 401, 403, 419] as const)("answers %i when configured", async (status) => {
    const simulator = await cfis();
    simulator.answerValidateAs(status);
    expect((await call(simulator, "validate", "key-1")).status).toBe(status);
  });
});

describe("renewal", () => {
  const renewals = (simulator: Cfis) =>
    simulator.journal.filter((entry) => entry.kind === "renew").length;

  test("is off by default, but its requests are counted", async () => {
    const simulator = await cfis();
    expect((await call(simulator, "renew", "key-1")).status).toBe(404);
    expect(renewals(simulator)).toBe(1);
    expect(await ping(simulator, "key-1")).toBe(200);
  });

  test.each<Exclude<RenewalShape, "empty">>(["Message", "message", "accessToken"])(
    "returns a new key as %s and revokes the old one",
    async (shape) => {
      const simulator = await cfis();
      simulator.answerRenewalAs(shape);
      const body = await jsonOf(await call(simulator, "renew", "key-1"));
      expect(body).toEqual({ [shape]: expect.stringMatching(/^simulated-cfis-/) });
      expect(await ping(simulator, "key-1")).toBe(401);
      expect(await ping(simulator, String(body[shape]))).toBe(200);
    },
  );

  test("can answer without a key, although the old one is revoked", async () => {
    const simulator = await cfis();
    simulator.answerRenewalAs("empty");
    expect(await jsonOf(await call(simulator, "renew", "key-1"))).toEqual({});
    expect(await ping(simulator, "key-1")).toBe(401);
  });

  test("accepts expired keys, and no key twice", async () => {
    const simulator = await cfis();
    simulator.answerRenewalAs("accessToken");
    simulator.expireKey("key-1");
    expect((await call(simulator, "renew", "key-1")).status).toBe(200);
    expect((await call(simulator, "renew", "key-1")).status).toBe(401);
    expect(renewals(simulator)).toBe(2);
  });

  test("revokes the key even if the answer is lost", async () => {
    const simulator = await cfis();
    simulator.answerRenewalAs("accessToken");
    simulator.injectFault({ kind: "destroy", when: "after-handling", route: "renew" });
    await expect(call(simulator, "renew", "key-1")).rejects.toThrow("fetch failed");
    expect(await ping(simulator, "key-1")).toBe(401);
    expect(renewals(simulator)).toBe(1);
    expect(simulator.journal.at(-2)).toMatchObject({ kind: "undelivered", route: "renew" });
  });
});

describe("provisioning", () => {
  const body = JSON.stringify({ service: { type: "x", partnerCode: "y" }, client: { name: "z" } });

  test("accepts a partner provisioning token only", async () => {
    const simulator = await cfis();
    const partner = simulator.registerKey({ kind: "provisioning", client: "partner" });
    const refused = await call(simulator, "client", "key-1", { method: "POST", body });
    expect(refused.status).toBe(403);
    expect((await call(simulator, "client", "none", { method: "POST", body })).status).toBe(401);
    const response = await call(simulator, "client", partner, { method: "POST", body });
    expect(response.status).toBe(200);
    const { clientIdentifier, accessToken } = await jsonOf(response);
    expect(clientIdentifier).toBe("client-1");
    expect(await ping(simulator, String(accessToken))).toBe(200);
  });

  test("answers 400 to an incomplete client", async () => {
    const simulator = await cfis();
    const partner = simulator.registerKey({ kind: "provisioning" });
    const response = await call(simulator, "client", partner, { method: "POST", body: "{}" });
    expect(response.status).toBe(400);
  });
});
