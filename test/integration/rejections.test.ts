import { expect, it } from "vitest";
import { useCredential } from "../../local/vend-client.ts";
import {
  expectAnswer,
  expectProblem,
  sameAnswer,
  versionOrCode,
} from "../support/stack-answers.ts";
import { confermaWorld } from "../support/stack-realms.ts";

it("32 callers that reject the same version cause one issue and get its token (P8)", async () => {
  const { stack, simulator, secret, realm } = await confermaWorld({ deadlineMs: 2000 });
  const all = await stack.startMany(8, realm);
  const dead = sameAnswer(await Promise.all(all.map((process) => process.vend())));
  simulator.issueAsSomeoneElse(secret.platformKey);
  expect(await useCredential(dead, simulator.pingUrl)).toBe(401);
  simulator.settings.latencyMs = 100;

  const vended = await Promise.all(
    all.flatMap((process) =>
      Array.from({ length: 4 }, () => process.vend({ rejectedVersion: dead.version })),
    ),
  );

  const answer = sameAnswer(vended);
  expect(answer.version).toBe(2);
  expect(await useCredential(answer, simulator.pingUrl)).toBe(200);
  expect(simulator.counters.issues()).toBe(2);
  expect(simulator.counters.maxInFlight()).toBe(1);
});

it("a rejection of an old version is answered with the current token and no call to the provider (P8)", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  await one.vend();
  const second = await one.vend({ rejectedVersion: 1 });

  const late = [await other.vend({ rejectedVersion: 1 }), await one.vend({ rejectedVersion: 1 })];

  expect(late).toEqual([second, second]);
  expect(simulator.counters.issues()).toBe(2);
});

it("a version that does not exist yet cannot be rejected", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const process = await stack.start(realm);
  expect(expectProblem(await process.vend({ rejectedVersion: 1 })).code).toBe("invalid-request");
  await process.vend();
  expect(expectProblem(await process.vend({ rejectedVersion: 2 })).code).toBe("invalid-request");
  expect(simulator.counters.issues()).toBe(1);
});

it("fresh tokens that keep being rejected open the breaker: contested, a time to wait, bounded issues (P8)", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const bystander = await stack.start(realm);
  const all = await stack.startMany(4, realm);
  let current = expectAnswer(await bystander.vend());

  const words: (string | number)[] = [];
  for (let round = 0; round < 8; round += 1) {
    const rejectedVersion = current.version;
    const vended = await Promise.all(all.map((process) => process.vend({ rejectedVersion })));
    words.push(...vended.map(versionOrCode));
    const replaced = vended.find((each) => versionOrCode(each) === rejectedVersion + 1);
    if (replaced) current = expectAnswer(replaced);
  }

  expect(simulator.counters.issues()).toBe(4);
  expect(words.slice(-4)).toEqual(Array.from({ length: 4 }, () => "contested"));
  const problem = expectProblem(await bystander.vend({ rejectedVersion: current.version }));
  expect(problem).toMatchObject({ code: "contested", status: 503, retryable: true });
  expect(problem.retryAfterSeconds).toBeGreaterThan(240);
  expect(problem.retryAfterSeconds).toBeLessThanOrEqual(300);
  // Callers that do not reject are still vended the token.
  const newcomer = await stack.start(realm);
  expect(expectAnswer(await newcomer.vend())).toEqual(current);
});
