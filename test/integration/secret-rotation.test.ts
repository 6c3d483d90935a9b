import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { generateValue } from "../../local/secret-seeder.ts";
import { useCredential } from "../../local/vend-client.ts";
import {
  expectAnswer,
  expectProblem,
  sameAnswer,
  versionOrCode,
} from "../support/stack-answers.ts";
import { confermaWorld, staticKeyWorld } from "../support/stack-realms.ts";

it("a rotated secret replaces a cached copy, without a restart (P10)", async () => {
  const { stack, simulator, secret, secretName, realm } = await confermaWorld();
  const process = await stack.start(realm);
  await process.vend();
  const clientSecret = generateValue("secret");
  await stack.secrets.rotate(secretName, { ...secret, clientSecret });
  simulator.rotateSecret(secret.clientId, clientSecret, { keepOld: false });
  stack.secretsManager.requests.reset();

  const answer = expectAnswer(await process.vend({ rejectedVersion: 1 }));

  expect(answer.version).toBe(2);
  expect(await useCredential(answer, simulator.pingUrl)).toBe(200);
  expect(simulator.counters.credentialsRefused()).toBe(1);
  expect(stack.secretsManager.requests.of("GetSecretValue")).toBe(2);
});

it("refused credentials are tried once, for all processes; a rotated secret ends that (P9, P10)", async () => {
  const { stack, simulator, secret, secretName, realm } = await confermaWorld();
  const clientSecret = generateValue("secret");
  simulator.rotateSecret(secret.clientId, clientSecret, { keepOld: false });
  const all = await stack.startMany(4, realm);

  for (let round = 0; round < 5; round += 1) {
    for (const vended of await Promise.all(all.map((process) => process.vend()))) {
      const problem = expectProblem(vended);
      expect(problem).toMatchObject({ code: "credentials-rejected", status: 502 });
      expect(problem.retryable).toBe(false);
    }
  }
  expect(simulator.counters.credentialsRefused()).toBe(1);

  await stack.secrets.rotate(secretName, { ...secret, clientSecret });
  await sleep(1000); // For as long a process may believe that the refused secret is still the current one.
  const vended = await Promise.all(all.map((process) => process.vend()));
  expect(await useCredential(sameAnswer(vended), simulator.pingUrl)).toBe(200);
  expect(simulator.counters.credentialsRefused()).toBe(1);
  expect(simulator.counters.issues()).toBe(1);
});

it("a malformed secret is reported with its field, without a call to the provider, until it is rotated", async () => {
  const { stack, simulator, secret, secretName, realm } = await confermaWorld();
  const { platformKey: _, ...incomplete } = secret;
  await stack.secrets.rotate(secretName, incomplete);
  const process = await stack.start(realm);

  const problem = expectProblem(await process.vend());
  expect(problem).toMatchObject({ code: "secret-malformed", detail: "platformKey: is missing." });
  expect(simulator.journal).toEqual([]);

  await stack.secrets.rotate(secretName, secret);
  await sleep(1000);
  expect(versionOrCode(await process.vend())).toBe(1);
});

it("a rotated static key is vended by every process within six seconds", async () => {
  const { stack, simulator, secretName, realm, apiKey } = await staticKeyWorld();
  const all = await stack.startMany(3, realm);
  const before = sameAnswer(await Promise.all(all.map((process) => process.vend())));
  expect(before).toMatchObject({ token: apiKey, usableUntil: null, expiresAt: null, version: 1 });
  const next = simulator.registerKey();
  await stack.secrets.rotate(secretName, { apiKey: next });

  const rotatedAt = Date.now();
  const adoptedAfterMs = await Promise.all(
    all.map(async (process) => {
      while (expectAnswer(await process.vend()).token !== next && Date.now() < rotatedAt + 8000) {
        await sleep(25);
      }
      return Date.now() - rotatedAt;
    }),
  );

  expect(Math.max(...adoptedAfterMs)).toBeLessThan(6000);
  const after = sameAnswer(await Promise.all(all.map((process) => process.vend())));
  expect(after).toMatchObject({ token: next, version: 2 });
});

it("a static key that its provider's probe refuses is not vended until the secret changes", async () => {
  const { stack, simulator, secretName, realm, apiKey } = await staticKeyWorld();
  const probed = { ...realm, apiBaseUrl: simulator.url, probePath: "/v1/ping" };
  const [one, other] = [await stack.start(probed), await stack.start(probed)];
  await one.vend();
  simulator.revokeKey(apiKey);
  // The provider's last answer about a key is valid for five seconds.
  await sleep(5100);

  for (const process of [one, other, one, other]) {
    const problem = expectProblem(await process.vend({ rejectedVersion: 1 }));
    expect(problem).toMatchObject({ code: "credentials-rejected", retryable: false });
  }
  expect(versionOrCode(await other.vend())).toBe("credentials-rejected");

  const next = simulator.registerKey();
  await stack.secrets.rotate(secretName, { apiKey: next });
  await sleep(1000);
  const answer = expectAnswer(await other.vend());
  expect(answer).toMatchObject({ token: next, version: 2 });
  expect(expectAnswer(await one.vend({ rejectedVersion: 1 }))).toEqual(answer);
});

it("a static key without a probe that one caller rejects is refused to that caller only", async () => {
  const { stack, simulator, secretName, realm } = await staticKeyWorld();
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  await one.vend();

  for (const process of [one, other, one, other]) {
    const problem = expectProblem(await process.vend({ rejectedVersion: 1 }));
    expect(problem).toMatchObject({ code: "credentials-rejected", retryable: false });
  }
  expect([await one.vend(), await other.vend()].map(versionOrCode)).toEqual([1, 1]);

  const next = simulator.registerKey();
  await stack.secrets.rotate(secretName, { apiKey: next });
  await sleep(5100);
  expect(expectAnswer(await other.vend({ rejectedVersion: 1 }))).toMatchObject({ token: next });
});

it("of two accounts with one platform key, the second is refused, with the name of the first, and issues nothing (P1)", async () => {
  const { stack, simulator, secret, realm, addAccount } = await confermaWorld();
  await addAccount("second", secret.platformKey);
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  const first = expectAnswer(await one.vend());

  for (const process of [other, one, other]) {
    const problem = expectProblem(await process.vend({ account: "second" }));
    expect(problem).toMatchObject({ code: "scope-conflict", status: 409, retryable: false });
    expect(problem.detail).toContain("conferma/test/default");
  }

  expect(simulator.counters.issues()).toBe(1);
  expect(await useCredential(first, simulator.pingUrl)).toBe(200);
});

it("of two accounts of one platform that begin at the same instant, one issues (P1)", async () => {
  const { stack, simulator, secret, realm, addAccount } = await confermaWorld();
  simulator.settings.latencyMs = 100;
  await addAccount("second", secret.platformKey);
  const [one, other] = [await stack.start(realm), await stack.start(realm)];

  const vended = await Promise.all([one.vend(), other.vend({ account: "second" })]);

  expect(vended.map(versionOrCode).toSorted()).toEqual([1, "scope-conflict"]);
  expect(simulator.counters.issues()).toBe(1);
});

it("an account that has moved to another platform frees its earlier one", async () => {
  const { stack, simulator, secret, secretName, realm, addAccount } = await confermaWorld();
  const process = await stack.start(realm);
  await process.vend();
  const moved = { clientId: generateValue("client"), clientSecret: generateValue("secret") };
  const platformKey = generateValue("platform");
  simulator.registerClient({ ...moved, platformKeys: [platformKey] });
  await stack.secrets.rotate(secretName, { ...moved, platformKey });
  await (await stack.start(realm)).vend({ rejectedVersion: 1 });

  await addAccount("second", secret.platformKey);
  // The last claim lasts until the end of its lease.
  await sleep(3500);
  expect(versionOrCode(await process.vend({ account: "second" }))).toBe(1);
  expect(simulator.counters.issuesPerRevocationScope()).toEqual({
    [secret.platformKey]: 2,
    [platformKey]: 1,
  });
});
