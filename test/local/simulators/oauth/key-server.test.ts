import { expect, test } from "vitest";
import type { KeyServerOptions } from "../../../../local/simulators/oauth/key-server.ts";
import { startKeyServer } from "../../../../local/simulators/oauth/key-server.ts";
import { statusWith, stopAfterTest } from "../conferma-calls.ts";

const keyServer = async (options: KeyServerOptions) => stopAfterTest(await startKeyServer(options));

test("accepts the key in its header, and nothing else", async () => {
  const { pingUrl } = await keyServer({ headerName: "X-Acme-Key", keys: ["key-1"] });
  expect(await statusWith(pingUrl, "x-acme-key", "key-1")).toBe(200);
  expect(await statusWith(pingUrl, "x-acme-key", "Bearer key-1")).toBe(401);
  expect(await statusWith(pingUrl, "x-api-key", "key-1")).toBe(401);
  expect(await statusWith(pingUrl, "x-acme-key", "key-2")).toBe(401);
});

test("requires its scheme", async () => {
  const { pingUrl } = await keyServer({
    headerName: "Authorization",
    scheme: "Token",
    keys: ["key-1"],
  });
  expect(await statusWith(pingUrl, "authorization", "Token key-1")).toBe(200);
  expect(await statusWith(pingUrl, "authorization", "key-1")).toBe(401);
  expect(await statusWith(pingUrl, "authorization", "Bearer key-1")).toBe(401);
});

test("keeps several keys until each is revoked", async () => {
  const simulator = await keyServer({ headerName: "X-Api-Key", keys: ["key-1"] });
  const made = simulator.registerKey();
  expect(made).toMatch(/^simulated-key-/);
  simulator.revokeKey("key-1");
  expect(await statusWith(simulator.pingUrl, "x-api-key", "key-1")).toBe(401);
  expect(await statusWith(simulator.pingUrl, "x-api-key", made)).toBe(200);
  expect(simulator.counters.usesRefused()).toBe(1);
});
