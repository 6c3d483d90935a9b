import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Fault } from "../../local/simulators/kit/faults.ts";
import { useCredential } from "../../local/vend-client.ts";
import { faultWorld } from "../support/fault-world.ts";
import { expectAnswer, expectProblem } from "../support/stack-answers.ts";

const deadlineMs = 1500;

/** The fault, the caller's answer, and the number of tokens that it costs besides the first. */
type Case = readonly [title: string, fault: Fault, code: string, issues: number];

const cases: readonly Case[] = [
  ["hung up before", { kind: "destroy", when: "before-handling" }, "provider-unavailable", 1],
  ["hung up during", { kind: "destroy", when: "half-body" }, "provider-unavailable", 2],
  ["hung up after", { kind: "destroy", when: "after-handling" }, "provider-unavailable", 2],
  ["silent", { kind: "delay", ms: 4000, when: "after-handling" }, "provider-unavailable", 2],
  ["stalled", { kind: "delay-body", ms: 4000 }, "provider-unavailable", 2],
  ["half a body", { kind: "truncate" }, "provider-malformed", 2],
  ["50 MB", { kind: "oversized", afterIssuing: true }, "provider-malformed", 2],
  ["a gzip bomb", { kind: "gzip-bomb", afterIssuing: true }, "provider-malformed", 2],
];

/**
 * Each case has a connection of its own, whose first token a caller rejects: the renewal that follows may have killed
 * it. One process meets all of them, another has to heal them.
 */
it("whatever a provider drops, the outcome is recorded and one more issue replaces the token (P6, P13)", async () => {
  const world = await faultWorld({ deadlineMs });
  const { simulator, stack } = world;
  const [holder, other] = [await world.start("direct"), await world.start("direct")];
  const told: Record<string, unknown> = {};
  for (const [at, [title, fault]] of cases.entries()) {
    const account = `case-${at}`;
    await world.account(account);
    expectAnswer(await world.vend(holder, { account }));
    simulator.injectFault(fault);
    const problem = expectProblem(await world.vend(holder, { account, rejectedVersion: 1 }));
    expect(problem, title).toMatchObject({ retryable: true });
    const item = await stack.item(`conferma/test/${account}`);
    told[title] = [problem.code, item?.["suspect"]?.BOOL ?? false];
  }
  await sleep(1000);

  expect(told).toEqual(Object.fromEntries(cases.map(([title, , code]) => [title, [code, true]])));
  const healed = await Promise.all(
    cases.map(async (_, at) => {
      const request = { account: `case-${at}`, rejectedVersion: 1 };
      return expectAnswer(await world.vend(other, request));
    }),
  );
  for (const [at, answer] of healed.entries()) {
    expect(await useCredential(answer, simulator.pingUrl)).toBe(200);
    expect(answer.version).toBe(2);
    const [title, , , issues] = cases[at] ?? expect.fail();
    expect(world.issuesOf(`case-${at}`), title).toBe(1 + issues);
  }
  expect(world.check()).toEqual([]);
});
