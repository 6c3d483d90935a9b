import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { SecretWorld } from "./secret-world.ts";
import { startSecretWorld, vendNewKey } from "./secret-world.ts";

let world: SecretWorld;
beforeAll(async () => {
  world = await startSecretWorld();
});
afterEach(() => world.stack.secretsManager.clearFaults());
afterAll(() => world.stop());

/** An account with a key that is vended, and another value that somebody has staged and left. */
async function withPending() {
  const { connection, secret } = await vendNewKey(world);
  const left = { apiKey: world.stack.providers.cfis.registerKey() };
  await putByHand(secret, left, "AWSPENDING");
  return { connection, secret, left, stages: await world.stagesOf(secret) };
}

async function putByHand(secret: string, value: object, stage: string) {
  const client = new SecretsManagerClient({ region: LOCAL_LOCATION.region });
  onTestFinished(() => client.destroy());
  const SecretString = JSON.stringify(value);
  await client.send(
    new PutSecretValueCommand({ SecretId: secret, SecretString, VersionStages: [stage] }),
  );
}

describe("a value that somebody has left staged", () => {
  test.each(["rotate", "put"])("is not promoted by `secret %s` with an empty pipe", async (act) => {
    const { connection, secret, stages } = await withPending();
    for (const piped of ["", "\n"]) {
      for (const yes of ["", " --yes"]) {
        const run = await world.vend(`secret ${act} ${connection}${yes}`, { piped });
        expect([run.exitCode, run.notices]).toEqual([1, expect.stringContaining("no-value")]);
      }
    }
    expect(await world.stagesOf(secret)).toEqual(stages);
  });

  test("is promoted by a rotation without a value only if that is wanted", async () => {
    const { connection, secret, left, stages } = await withPending();
    const pending = stages["AWSPENDING"] ?? "";
    const shown = new RegExp(`${pending}.*staged.*(ago|in 0 s)`, "s");
    const asked = await world.vend(`secret rotate ${connection}`);
    expect([asked.exitCode, asked.notices]).toEqual([1, expect.stringContaining("--yes")]);
    expect(asked.notices).toMatch(shown);
    expect(await world.stagesOf(secret)).toEqual(stages);
    const wanted = await world.vend(`secret rotate ${connection} --yes`);
    expect([wanted.exitCode, wanted.notices]).toEqual([0, expect.stringMatching(shown)]);
    expect(await world.valueOf(secret)).toEqual(left);
  });
});

test("a value that has lost to another keeps no stage", async () => {
  const { connection, secret } = await withPending();
  const { cfis } = world.stack.providers;
  const [mine, others] = [{ apiKey: cfis.registerKey() }, { apiKey: cfis.registerKey() }];
  const { AWSPENDING: before } = await world.stagesOf(secret);
  cfis.injectFault({ kind: "delay", ms: 1500, route: "validate" });
  const put = world.vend(`secret put ${connection} --file ${world.file(mine)}`);
  await expect.poll(async () => (await world.stagesOf(secret))["AWSPENDING"]).not.toBe(before);
  await putByHand(secret, others, "AWSCURRENT");
  expect(await put).toMatchObject({
    exitCode: 1,
    notices: expect.stringMatching("secret-changed"),
  });
  expect(await world.stagesOf(secret)).not.toHaveProperty("AWSPENDING");
  expect(await world.valueOf(secret)).toEqual(others);
});

describe("a value that the function cannot read now", () => {
  const failReads = (times: number) =>
    world.stack.secretsManager.injectFault({ operation: "GetSecretValue", fault: "deny" }, times);

  test("stays staged, and is said how to go on with", async () => {
    const { connection, secret, stages } = await withPending();
    const next = { apiKey: world.stack.providers.cfis.registerKey() };
    failReads(100);
    const put = await world.vend(`secret put ${connection} --file ${world.file(next)}`);
    expect([put.exitCode, put.notices]).toEqual([1, expect.stringContaining("secret-untried")]);
    expect(put.notices).toContain(`secret rotate ${connection} --yes`);
    world.stack.secretsManager.clearFaults();
    const staged = await world.stagesOf(secret);
    expect(staged["AWSCURRENT"]).toBe(stages["AWSCURRENT"]);
    expect(await world.valueOf(secret, "AWSPENDING")).toEqual(next);
    expect(put.notices).toContain(staged["AWSPENDING"]);
  });

  test("for a moment is tried again", async () => {
    const { connection, secret } = await withPending();
    const next = { apiKey: world.stack.providers.cfis.registerKey() };
    const file = world.file(next);
    // The first is of the check before anything is staged.
    failReads(4);
    const put = await world.vend(`secret put ${connection} --file ${file}`);
    expect([put.exitCode, put.out]).toEqual([0, expect.stringContaining("accepts it")]);
    expect(await world.valueOf(secret)).toEqual(next);
  });
});

test("an undo between two versions of the same value says that nothing has changed", async () => {
  const { connection, secret } = await withPending();
  const same = world.file(await world.valueOf(secret));
  await world.vend(`secret put ${connection} --file ${same} --yes`);
  const before = await world.stagesOf(secret);
  const undo = await world.vend(`secret put ${connection} --undo`);
  expect([undo.exitCode, undo.out]).toEqual([1, expect.stringMatching(/nothing\s+has changed/)]);
  expect(undo.out).not.toMatch(/^Version /);
  expect(await world.stagesOf(secret)).toEqual(before);
});

test("client credentials are checked by requesting a token only with --try", async () => {
  const connection = "client-credentials/acme/default";
  const { counters } = world.stack.providers.oauthServer;
  const issued = counters.issues();
  const checked = await world.vend(`secret check ${connection}`);
  expect([checked.exitCode, checked.out]).toEqual([0, expect.stringContaining("--try")]);
  expect(counters.issues()).toBe(issued);
  const tried = await world.vend(`secret check ${connection} --try`);
  expect([tried.exitCode, tried.out]).toEqual([0, expect.stringContaining("accepts it")]);
  expect(counters.issues()).toBe(issued + 1);
  const put = await world.vend(`secret put ${connection} --try`);
  expect([put.exitCode, put.notices]).toEqual([
    2,
    expect.stringContaining("Unknown option --try."),
  ]);
});
