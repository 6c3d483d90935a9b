import { describe, expect, test } from "vitest";
import type {
  Centrapay,
  CentrapayOptions,
} from "../../../../local/simulators/centrapay/centrapay.ts";
import { startCentrapay } from "../../../../local/simulators/centrapay/centrapay.ts";
import { jsonOf, manualClock, statusWith, stopAfterTest } from "../conferma-calls.ts";

const centrapay = async (options: CentrapayOptions = {}) =>
  stopAfterTest(await startCentrapay(options));

function call(simulator: Centrapay, method: string, path: string, apiKey: string, json?: unknown) {
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const headers = { "x-api-key": apiKey, "content-type": "application/json" };
  return fetch(`${simulator.url}/api/accounts/${path}`, { method, headers, ...body });
}

const me = (simulator: Centrapay, apiKey: string) =>
  statusWith(simulator.pingUrl, "x-api-key", apiKey);

describe("the API", () => {
  test("accepts a key in X-Api-Key, and names its owner", async () => {
    const simulator = await centrapay();
    const headers = { "x-api-key": simulator.createKey("acct-1", "till") };
    const response = await fetch(simulator.pingUrl, { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      accountId: "acct-1",
      name: "till",
      role: "merchant-terminal",
      enabled: true,
    });
  });

  test.each([
    ["x-api-key", "unknown"],
    ["authorization", "unknown"],
  ])("answers 401 with three members to %s: %s", async (header, value) => {
    const simulator = await centrapay();
    const response = await fetch(simulator.pingUrl, { headers: { [header]: value } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      statusCode: 401,
      error: "Unauthorized",
      message: "Missing authentication",
    });
  });

  test("answers 403 to a live key that a business rule forbids", async () => {
    const simulator = await centrapay();
    const headers = { "x-api-key": simulator.createKey("acct-1", "till") };
    simulator.forbidApi(true);
    const response = await fetch(simulator.pingUrl, { headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      statusCode: 403,
      error: "Forbidden",
      message: "Forbidden",
    });
  });

  test("answers 404 in its own form for other paths", async () => {
    const simulator = await centrapay();
    expect(await (await fetch(`${simulator.url}/nowhere`)).json()).toEqual({
      statusCode: 404,
      error: "Not Found",
      message: "Not Found",
    });
  });
});

describe("keys", () => {
  test("are created by owners of the account, and shown once", async () => {
    const simulator = await centrapay();
    const owner = simulator.createKey("acct-1", "owner", "account-owner");
    const json = { name: "till", role: "merchant-terminal" };
    const response = await call(simulator, "POST", "acct-1/api-keys", owner, json);
    expect(response.status).toBe(200);
    const { secret, ...description } = await jsonOf(response);
    expect(description).toEqual({ ...json, accountId: "acct-1", enabled: true });
    expect(await me(simulator, String(secret))).toBe(200);
    const list = await (await call(simulator, "GET", "acct-1/api-keys", owner)).text();
    expect(JSON.parse(list)).toMatchObject([{ name: "owner" }, { name: "till" }]);
    expect(list).not.toContain(secret);
  });

  test.each([
    [{ role: "merchant-terminal" }, "name is required"],
    [{ name: "till" }, "role is required"],
    [{ name: "owner", role: "account-owner" }, "name is already in use"],
  ])("are refused with two members: %j", async (json, message) => {
    const simulator = await centrapay();
    const owner = simulator.createKey("acct-1", "owner", "account-owner");
    const response = await call(simulator, "POST", "acct-1/api-keys", owner, json);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ statusCode: 400, message });
  });

  test("cannot be managed by anybody else", async () => {
    const simulator = await centrapay();
    const till = simulator.createKey("acct-1", "till");
    const stranger = simulator.createKey("acct-2", "owner", "account-owner");
    expect((await call(simulator, "GET", "acct-1/api-keys", till)).status).toBe(403);
    expect((await call(simulator, "GET", "acct-1/api-keys", stranger)).status).toBe(403);
    expect((await call(simulator, "GET", "acct-1/api-keys", "unknown")).status).toBe(401);
  });

  test("coexist until one is disabled, and return when it is enabled", async () => {
    const simulator = await centrapay();
    const owner = simulator.createKey("acct-1", "owner", "account-owner");
    const first = simulator.createKey("acct-1", "till-1");
    const second = simulator.createKey("acct-1", "till-2");
    const put = (enabled: unknown, name = "till-1") =>
      call(simulator, "PUT", `acct-1/api-keys/${name}`, owner, { enabled });
    expect(await me(simulator, first)).toBe(200);
    expect(await jsonOf(await put(false))).toMatchObject({ name: "till-1", enabled: false });
    expect(await me(simulator, first)).toBe(401);
    expect(await me(simulator, second)).toBe(200);
    expect((await put("no")).status).toBe(400);
    expect((await put(true, "till-9")).status).toBe(403);
    simulator.setKeyEnabled("acct-1", "till-1", true);
    expect(await me(simulator, first)).toBe(200);
  });

  test("stay valid if the answer with the secret is lost", async () => {
    const simulator = await centrapay();
    const owner = simulator.createKey("acct-1", "owner", "account-owner");
    simulator.injectFault({ kind: "destroy", when: "after-handling", route: "create-key" });
    const json = { name: "till", role: "merchant-terminal" };
    const lost = call(simulator, "POST", "acct-1/api-keys", owner, json);
    await expect(lost).rejects.toThrow("fetch failed");
    const list = await (await call(simulator, "GET", "acct-1/api-keys", owner)).json();
    expect(list).toMatchObject([{ name: "owner" }, { name: "till", enabled: true }]);
    expect(simulator.journal.some((entry) => entry.kind === "undelivered")).toBe(true);
  });
});

describe("the rate limit", () => {
  test("is 200 in any minute for each account, with the seconds to wait", async () => {
    const clock = manualClock();
    const simulator = await centrapay({ now: clock.now });
    const till = simulator.createKey("acct-1", "till");
    const sibling = simulator.createKey("acct-1", "sibling");
    const stranger = simulator.createKey("acct-2", "till");
    for (let turn = 0; turn < 199; turn += 1) await me(simulator, till);
    expect(await me(simulator, sibling)).toBe(200);
    clock.advance(18_500);
    const response = await fetch(simulator.pingUrl, { headers: { "x-api-key": till } });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("42");
    expect(await response.json()).toEqual({
      statusCode: 429,
      error: "Too Many Requests",
      message: "RATE_LIMIT_EXCEEDED",
    });
    expect(await me(simulator, stranger)).toBe(200);
    clock.advance(41_500);
    expect(await me(simulator, till)).toBe(200);
  });

  test("can be set", async () => {
    const simulator = await centrapay({ requestsPerMinute: 1 });
    const till = simulator.createKey("acct-1", "till");
    expect(await me(simulator, till)).toBe(200);
    expect(await me(simulator, till)).toBe(429);
  });
});
