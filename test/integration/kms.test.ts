import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, inject, it, onTestFinished } from "vitest";
import { startStack } from "../../local/stack.ts";
import { createVendClient, useCredential } from "../../local/vend-client.ts";
import { addKey, optionsOf } from "../support/kms.ts";
import type { TestStack } from "../support/stack.ts";
import {
  expectAnswer,
  expectProblem,
  sameAnswer,
  versionOrCode,
} from "../support/stack-answers.ts";
import { canariesIn } from "../support/stack-canaries.ts";
import { clientCredentialsWorld, confermaWorld } from "../support/stack-realms.ts";

function operatorOf({ kms }: TestStack): KMSClient {
  const operator = new KMSClient(optionsOf(kms));
  onTestFinished(() => operator.destroy());
  return operator;
}

it("what one process seals under a key in KMS, every other vends, and the table shows nothing (P12)", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const one = await stack.start(realm, stack.kmsKey);
  const others = await Promise.all([1, 2, 3].map(() => stack.start(realm, stack.kmsKey)));

  const answer = sameAnswer([
    await one.vend(),
    ...(await Promise.all(others.map((process) => process.vend()))),
  ]);

  expect(await useCredential(answer, simulator.pingUrl)).toBe(200);
  expect(simulator.counters.issues()).toBe(1);
  const stored = (await stack.items())
    .flatMap((item) => Object.values(item))
    .map(({ B, ...other }) => JSON.stringify(other) + Buffer.from(B ?? []).toString("latin1"))
    .join();
  expect(canariesIn(stored, { token: answer.token })).toEqual([]);
  expect(canariesIn(stack.printed(), { token: answer.token })).toEqual([]);
});

it("without a data key the provider is not called; the lease ends, and the next attempt succeeds (P7, P9)", async () => {
  const { stack, simulator, realm, connection } = await confermaWorld();
  const process = await stack.start(realm, stack.kmsKey);
  const operator = operatorOf(stack);
  const KeyId = stack.kmsKey.SEALING_KEY;
  await operator.send(new DisableKeyCommand({ KeyId }));

  const problem = expectProblem(await process.vend());

  expect(problem).toMatchObject({
    code: "store-unavailable",
    status: 503,
    retryable: true,
    detail: "KMS refused (DisabledException).",
  });
  expect(simulator.journal).toEqual([]);
  const item = await stack.item(connection);
  expect(item?.["leaseOwner"]).toBeUndefined();
  expect(item?.["suspect"]).toBeUndefined();
  expect(stack.events("issue-failed")).toMatchObject([{ outcome: "store-unavailable", count: 1 }]);

  await operator.send(new EnableKeyCommand({ KeyId }));
  while (versionOrCode(await process.vend()) !== 1) await sleep(50);
  expect(simulator.counters.issues()).toBe(1);
});

it("a KMS that fails for a moment goes unnoticed", async () => {
  const { stack, realm } = await confermaWorld();
  stack.kms.injectFault({ fault: "throttle" });
  expect(versionOrCode(await (await stack.start(realm, stack.kmsKey)).vend())).toBe(1);
  stack.kms.injectFault({ fault: "fail" }, 2);
  expect(versionOrCode(await (await stack.start(realm, stack.kmsKey)).vend())).toBe(1);
});

it("a stored token is not replaced while KMS fails: warm processes vend it, others answer that a retry helps", async () => {
  const { stack, simulator, realm } = await clientCredentialsWorld();
  const warm = await stack.start(realm, stack.kmsKey);
  const before = expectAnswer(await warm.vend());
  const cold = await stack.start(realm, stack.kmsKey);
  stack.kms.injectFault({ fault: "deny" }, 100);

  expect(expectProblem(await cold.vend())).toMatchObject({
    code: "store-unavailable",
    detail: "KMS refused (AccessDeniedException).",
    retryAfterSeconds: 1,
  });
  expect(expectAnswer(await warm.vend())).toEqual(before);
  stack.kms.clearFaults();
  expect(expectAnswer(await cold.vend())).toEqual(before);
  expect(simulator.counters.issues()).toBe(1);
});

it("a caller gets its answer in time when KMS hangs", async () => {
  const { stack, realm } = await confermaWorld();
  await (await stack.start(realm, stack.kmsKey)).vend();
  const process = await stack.start(realm, stack.kmsKey);
  stack.kms.injectFault({ delayMs: 5000 }, 10);
  const begun = performance.now();
  const { code } = expectProblem(await process.vend({}, 800));
  expect(["store-unavailable", "renewal-in-progress"]).toContain(code);
  // Before KMS would have answered. How early depends on the machine.
  expect(performance.now() - begun).toBeLessThan(5000);
  stack.kms.clearFaults();
});

it.each([
  ["handed over, when the key moves to KMS", (stack: TestStack) => [{}, stack.kmsKey]],
  [
    "in KMS, when another key takes over",
    ({ kms, kmsKey }) => [kmsKey, { SEALING_KEY: addKey(kms) }],
  ],
  ["in KMS, when a key is handed over instead", ({ kmsKey }) => [kmsKey, {}]],
] satisfies [string, (stack: TestStack) => Record<string, string>[]][])(
  "a token sealed under a key %s is replaced by one issue",
  async (_, keysOf) => {
    const { stack, simulator, realm } = await confermaWorld();
    const [before, after] = keysOf(stack);
    await (await stack.start(realm, before)).vend();
    const all = await Promise.all([stack.start(realm, after), stack.start(realm, after)]);

    const answer = sameAnswer(await Promise.all(all.map((process) => process.vend())));

    expect(answer.version).toBe(2);
    expect(await useCredential(answer, simulator.pingUrl)).toBe(200);
    expect(simulator.counters.issues()).toBe(2);
    expect(stack.events("token-unreadable")).not.toEqual([]);
  },
);

it("the local stack seals like the deployed one, and can open stored tokens after a restart", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-kms-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

  const first = await vendOnce(folder);
  const second = await vendOnce(folder);

  expect(first).toMatchObject({ dataKeys: 1, opened: 0 });
  expect(second).toMatchObject({ dataKeys: 0, opened: 1, answer: first.answer });
});

/** Starts the local stack in this folder and vends a static key, which outlives a restart. */
async function vendOnce(folder: string) {
  const stack = await startStack({ folder, bundled: inject("bundlesFolder") });
  const client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
  try {
    const realm = stack.providers.realms.find(({ settings }) => settings.provider === "static-key");
    if (!realm) throw new Error("The local stack has no realm with a static key.");
    const fn = stack.functionOf(realm);
    expect(fn.environment["SEALING_KEY"]).toMatch(/^arn:aws:kms:/);
    const answer = expectAnswer(await client.vend(fn.name));
    const { requests } = stack.kms;
    return {
      answer,
      dataKeys: requests.of("GenerateDataKey"),
      opened: requests.of("Decrypt"),
    };
  } finally {
    client.close();
    await stack.stop();
  }
}
