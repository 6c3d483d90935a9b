import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Problem } from "../../functions/http/contract.ts";
import { expectAnswer, expectProblem, until, versionOrCode } from "../support/stack-answers.ts";
import { clientCredentialsWorld, confermaWorld } from "../support/stack-realms.ts";
import type { VendProcess } from "../support/vend-process.ts";

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const begun = performance.now();
  return { value: await work, ms: performance.now() - begun };
}

it("a caller that cannot wait for another process's renewal gets its answer before its own deadline", async () => {
  const { stack, simulator, realm } = await confermaWorld({ deadlineMs: 2000 });
  const [holder, other] = [await stack.start(realm), await stack.start(realm)];
  simulator.settings.latencyMs = 1800;
  let isRenewed = false;
  const vending = holder.vend().finally(() => {
    isRenewed = true;
  });
  await until("the holder asks", () => stack.dynamoDb.requests.of("UpdateItem") === 2);

  const [direct, viaApi] = await Promise.all([
    other.vend({}, 900),
    other.handle(apiEvent("/v1/tokens/conferma/test/default"), 900),
  ]);

  expect(isRenewed).toBe(false);
  expect(expectProblem(direct)).toMatchObject({ code: "renewal-in-progress", retryable: true });
  const { statusCode, headers, body } = viaApi as ApiResult;
  expect(statusCode).toBe(503);
  expect(headers["Content-Type"]).toBe("application/problem+json");
  expect(Number(headers["Retry-After"])).toBeGreaterThan(0);
  expect((JSON.parse(body) as Problem).code).toBe("renewal-in-progress");
  expect(versionOrCode(await vending)).toBe(1);
});

it("a process that cannot finish within its remaining time does not start (P1)", async () => {
  const { stack, simulator, realm, connection } = await confermaWorld({ deadlineMs: 1000 });
  const process = await stack.start(realm);

  const { value, ms } = await timed(process.vend({}, 3000));

  expect(expectProblem(value)).toMatchObject({ code: "renewal-in-progress", retryable: true });
  // At once, not at its deadline.
  expect(ms).toBeLessThan(3000);
  expect(await stack.item(connection)).toBeUndefined();
  expect(simulator.journal).toEqual([]);
  expect(versionOrCode(await process.vend({}, 4500))).toBe(1);
});

it("a caller that demands more validity of a token that may not be renewed yet waits for its expiry, if there is time", async () => {
  const { stack, simulator, realm } = await confermaWorld({ lifetimeMs: 3000 });
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  const first = expectAnswer(await one.vend());
  await sleep(1500);

  const tooSoon = expectProblem(await other.vend({ minValiditySeconds: 2 }, 1000));
  expect(tooSoon).toMatchObject({ code: "validity-unavailable", status: 409, retryable: true });
  expect(tooSoon.retryAfterSeconds).toBe(2);
  expect(expectAnswer(await other.vend())).toEqual(first);

  const [patient, another] = await Promise.all([
    one.vend({ minValiditySeconds: 2 }),
    other.vend({ minValiditySeconds: 2 }),
  ]);
  expect(expectAnswer(patient)).toEqual(expectAnswer(another));
  expect(versionOrCode(patient)).toBe(2);
  expect(simulator.counters.issues()).toBe(2);
  expect(simulator.counters.earlyIssues()).toBe(0);
});

it("a demand that no token can meet is refused, and never causes an issue beyond the first", async () => {
  for (const world of [await confermaWorld(), await clientCredentialsWorld()]) {
    const process = await world.stack.start(world.realm);
    const demands = await demandAll(process, [120, 61, 600]);
    expect(demands).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: "validity-unavailable", retryable: false })),
    );
    expect(versionOrCode(await process.vend({ minValiditySeconds: 30 }))).toBe(1);
    expect(world.simulator.counters.issues()).toBe(1);
  }
});

it("where old and new coexist, a demand for more validity is met by one early issue", async () => {
  const { stack, simulator, realm } = await clientCredentialsWorld({ lifetimeMs: 10_000 });
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  await one.vend();
  await sleep(3500);

  const words = await Promise.all(
    [one, other, one, other].map(async (each) =>
      versionOrCode(await each.vend({ minValiditySeconds: 7 })),
    ),
  );

  expect(words).toEqual([2, 2, 2, 2]);
  expect(simulator.counters.issues()).toBe(2);
});

interface ApiResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const apiEvent = (path: string) => ({ httpMethod: "GET", path, requestContext: {}, body: null });

async function demandAll(process: VendProcess, seconds: readonly number[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const minValiditySeconds of seconds) {
    problems.push(expectProblem(await process.vend({ minValiditySeconds })));
  }
  return problems;
}
