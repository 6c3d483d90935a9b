import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { generateValue } from "../../local/secret-seeder.ts";
import type { SecretWorld } from "./secret-world.ts";
import { startSecretWorld, vendNewKey } from "./secret-world.ts";

let world: SecretWorld;
beforeAll(async () => {
  world = await startSecretWorld();
});
afterEach(() => world.stack.secretsManager.clearFaults());
afterAll(() => world.stop());

/** An account with a key that is vended. */
async function vendedKey() {
  const { connection, secret } = await vendNewKey(world);
  const next = { apiKey: world.stack.providers.cfis.registerKey() };
  const rotate = `secret rotate ${connection} --file ${world.file(next)}`;
  const vendedToken = async () => {
    const { out } = await world.vend(`vend ${connection} --show-token --json`);
    return JSON.parse(out).token;
  };
  return { connection, secret, next, rotate, vendedToken, stages: await world.stagesOf(secret) };
}

/** Fails every request for the operation, as if the command had crashed there. */
const crashAt = (operation: string) =>
  world.stack.secretsManager.injectFault({ operation, fault: "deny" }, 1);

describe("a rotation", () => {
  test("makes the new key current, and ends when it is vended", async () => {
    const { connection, secret, next, rotate, vendedToken, stages } = await vendedKey();
    const { exitCode, out, notices } = await world.vend(rotate);
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(/is vended with the new value: version 2/),
    ]);
    expect(notices).toMatch(new RegExp(`1/60 ${connection}: version 1 \\(\\w{12}\\) is not of`));
    expect(await vendedToken()).toBe(next.apiKey);
    expect(await world.stagesOf(secret)).toEqual({
      AWSCURRENT: expect.any(String),
      AWSPREVIOUS: stages["AWSCURRENT"],
    });
    expect(out + notices).not.toContain(next.apiKey);
  });

  test("that is repeated changes nothing more", async () => {
    const { secret, rotate } = await vendedKey();
    await world.vend(rotate);
    const before = await world.stagesOf(secret);
    const again = await world.vend(rotate);
    expect([again.exitCode, again.notices]).toEqual([0, expect.stringContaining("already")]);
    expect(await world.stagesOf(secret)).toEqual(before);
  });

  test.each([
    ["DescribeSecret", "before it stages"],
    ["PutSecretValue", "before the value is stored"],
    ["UpdateSecretVersionStage", "before it promotes"],
  ])("that fails at %s, %s, is finished by the same command", async (operation) => {
    const { secret, next, rotate, vendedToken, stages } = await vendedKey();
    crashAt(operation);
    const failed = await world.vend(rotate);
    expect([failed.exitCode, failed.notices]).toEqual([1, expect.stringContaining("not-allowed")]);
    expect((await world.stagesOf(secret))["AWSCURRENT"]).toBe(stages["AWSCURRENT"]);
    expect((await world.vend(rotate)).exitCode).toBe(0);
    expect(await vendedToken()).toBe(next.apiKey);
    expect(await world.stagesOf(secret)).toEqual({
      AWSCURRENT: expect.any(String),
      AWSPREVIOUS: stages["AWSCURRENT"],
    });
  });

  test("that stopped after staging goes on without the value", async () => {
    const { connection, rotate, next, vendedToken } = await vendedKey();
    crashAt("UpdateSecretVersionStage");
    await world.vend(rotate);
    const resumed = await world.vend(`secret rotate ${connection} --yes`);
    expect([resumed.exitCode, resumed.notices]).toEqual([
      0,
      expect.stringContaining("Going on with"),
    ]);
    expect(await vendedToken()).toBe(next.apiKey);
  });

  test("that stopped after promoting goes on watching", async () => {
    const { connection, secret, next } = await vendedKey();
    await world.vend(`secret put ${connection} --file ${world.file(next)}`);
    const before = await world.stagesOf(secret);
    const resumed = await world.vend(`secret rotate ${connection}`);
    expect([resumed.exitCode, resumed.notices]).toEqual([
      0,
      expect.stringContaining("not vended yet"),
    ]);
    expect(await world.stagesOf(secret)).toEqual(before);
  });

  test("without anything to go on with needs a value", async () => {
    const { connection } = await vendedKey();
    const { exitCode, notices } = await world.vend(`secret rotate ${connection}`);
    expect([exitCode, notices]).toEqual([1, expect.stringContaining("no-value")]);
  });
});

describe("two operators at once", () => {
  test("one wins, and the other is told", async () => {
    const { connection, secret, vendedToken } = await vendedKey();
    const { cfis } = world.stack.providers;
    const keys = [cfis.registerKey(), cfis.registerKey()];
    const runs = await Promise.all(
      keys.map((apiKey) =>
        world.vend(`secret rotate ${connection} --file ${world.file({ apiKey })}`),
      ),
    );
    const losers = runs.filter(({ exitCode }) => exitCode !== 0);
    for (const { notices } of losers) expect(notices).toMatch(/secret-changed|not-adopted/);
    expect(losers.length).toBeLessThan(2);
    const { apiKey } = await world.valueOf(secret);
    const winner = runs.findIndex(({ exitCode }) => exitCode === 0);
    if (losers.length === 1) expect(apiKey).toBe(keys[winner]);
    await expect.poll(vendedToken, { interval: 500 }).toBe(apiKey);
  });

  test("a value that another has replaced meanwhile is not promoted", async () => {
    const { connection, secret, rotate, stages } = await vendedKey();
    const other = world.file({ apiKey: generateValue("key") });
    // The first operator's trial takes its time; the second stages another value.
    world.stack.providers.cfis.injectFault({ kind: "delay", ms: 1500, route: "validate" });
    const first = world.vend(rotate);
    await expect.poll(async () => (await world.stagesOf(secret))["AWSPENDING"]).toBeDefined();
    const second = await world.vend(`secret put ${connection} --file ${other}`);
    expect(second.exitCode).toBe(1);
    const { exitCode, notices } = await first;
    expect([exitCode, notices]).toEqual([1, expect.stringContaining("secret-changed")]);
    expect((await world.stagesOf(secret))["AWSCURRENT"]).toBe(stages["AWSCURRENT"]);
  });
});
