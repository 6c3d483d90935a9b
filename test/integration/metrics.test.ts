import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { generateValue } from "../../local/secret-seeder.ts";
import type { ParsedEmfMetrics } from "../support/emf.ts";
import { parseEmf } from "../support/emf.ts";
import type { TestStack } from "../support/stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";
import { canariesIn } from "../support/stack-canaries.ts";
import { confermaWorld, staticKeyWorld } from "../support/stack-realms.ts";

const linesOf = (stack: TestStack) =>
  stack
    .printed()
    .split("\n")
    .filter((line) => line.includes('"_aws"'));

/** The metrics that CloudWatch would have extracted from all processes so far. */
const measured = (stack: TestStack): ParsedEmfMetrics[] => linesOf(stack).map(parseEmf);

const sumOf = (all: readonly ParsedEmfMetrics[], name: string) =>
  all.reduce((sum, { values }) => sum + Number(values[name] ?? 0), 0);

it("a cold vend is one line of metrics, a thousand warm ones none", async () => {
  const { stack, realm } = await confermaWorld();
  const process = await stack.start(realm);
  const { usableUntil } = expectAnswer(await process.vend());
  const [first, ...others] = measured(stack);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ realm: "conferma/test", values: { Vends: 1, Issues: 1 } });
  const lifeMs = Number(first?.values["RemainingLifeMs"]);
  expect(lifeMs).toBeGreaterThan(Date.parse(usableUntil ?? "") - Date.now());
  expect(lifeMs).toBeLessThan(60_000);

  for (let n = 0; n < 1000; n += 1) await process.vend();
  expect(measured(stack)).toHaveLength(1);
});

it("64 cold callers are counted, with one issue and the time that callers waited", async () => {
  const { stack, simulator, realm } = await confermaWorld({ deadlineMs: 4000 });
  // Long enough for all callers to arrive during it, on a busy machine too.
  simulator.settings.latencyMs = 2000;
  const all = await stack.startMany(8, realm);
  await Promise.all(all.flatMap((process) => Array.from({ length: 8 }, () => process.vend())));

  const lines = measured(stack);
  expect(sumOf(lines, "Issues")).toBe(1);
  const waits = lines.flatMap(({ values }) => values["LeaseWaitMs"] ?? []);
  expect(waits.length).toBeGreaterThan(40);
  expect(Math.min(...waits)).toBeGreaterThan(0);
  expect(Math.max(...waits)).toBeLessThan(10_000);
});

it("failures, refused credentials and the breaker are measured, and nothing that is secret (P12)", async () => {
  const { stack, realm, secret } = await confermaWorld();
  const process = await stack.start(realm);
  const tokens = [expectAnswer(await process.vend()).token];
  for (const rejectedVersion of [1, 2, 3]) {
    tokens.push(expectAnswer(await process.vend({ rejectedVersion })).token);
  }
  expect(versionOrCode(await process.vend({ rejectedVersion: 4 }))).toBe("contested");

  const other = await confermaWorld();
  const clientSecret = generateValue("secret");
  other.simulator.rotateSecret(other.secret.clientId, clientSecret, { keepOld: false });
  const refused = await other.stack.start(other.realm);
  expect(versionOrCode(await refused.vend())).toBe("credentials-rejected");

  const lines = [...measured(stack), ...measured(other.stack)];
  expect(sumOf(lines, "Issues")).toBe(4);
  expect(sumOf(lines, "Contested")).toBe(1);
  expect(sumOf(lines, "IssueFailures")).toBe(1);
  expect(sumOf(lines, "CredentialsRejected")).toBe(2);
  const text = [...linesOf(stack), ...linesOf(other.stack)].join("\n");
  const canaries = { ...secret, ...other.secret, rotated: clientSecret };
  const named = Object.fromEntries(tokens.map((token, at) => [`token ${at + 1}`, token]));
  expect(canariesIn(text, { ...canaries, ...named })).toEqual([]);
  expect(text).not.toMatch(/simulated-/);
  // Only numbers, and the names of the format: no connection, no account, no fingerprint.
  expect(text).not.toContain("default");
});

it("a static key's remaining days are measured while it is vended", async () => {
  const { stack, secretName, realm, apiKey } = await staticKeyWorld();
  const expiresAt = new Date(Date.now() + 12.5 * 86_400_000).toISOString();
  await stack.secrets.rotate(secretName, { apiKey, expiresAt });
  const process = await stack.start(realm);
  await process.vend();
  await sleep(5100);
  await process.kill();
  const later = await stack.start(realm);
  await later.vend();
  const days = measured(stack).flatMap(({ values }) => values["KeyEndsInDays"] ?? []);
  expect(days.map(Math.floor)).toEqual([12]);
});
