import { expect, it } from "vitest";
import type { Simulator } from "../../local/simulators/kit/simulator.ts";
import type { World } from "../support/stack-realms.ts";
import {
  clientCredentialsWorld,
  confermaWorld,
  sendPaymentsWorld,
} from "../support/stack-realms.ts";
import type { LoadResult } from "../support/vend-process.ts";

const processes = 4;
const runMs = 7500;

interface Run {
  readonly tallies: readonly LoadResult[];
  readonly elapsedMs: number;
}

/** Steady load from several processes: each vends, shows the answer to the API at once, pauses, and again. */
async function underLoad(
  { stack, realm, simulator }: World<Simulator & { readonly pingUrl: string }>,
  forMs = runMs,
): Promise<Run> {
  const all = await stack.startMany(processes, realm);
  await all[0]?.vend();
  const begun = Date.now();
  const load = { pingUrl: simulator.pingUrl, untilEpochMs: begun + forMs, pauseMs: 60 };
  const tallies = await Promise.all(all.map((process) => process.load(load)));
  return { tallies, elapsedMs: Date.now() - begun };
}

/** A refusal long after `usableUntil` was caused by a delay of this machine. */
const refusedInTime = ({ tallies }: Run) =>
  tallies.flatMap(({ refused }) => refused.filter(({ lateMs }) => lateMs < 50));
const problems = ({ tallies }: Run) => tallies.flatMap((tally) => tally.problems);
const uses = ({ tallies }: Run) => tallies.reduce((sum, tally) => sum + tally.uses, 0);

it("under load, Conferma's token is renewed at expiry: one issue per lifetime, none early, nothing refused (P1, P4)", async () => {
  const lifetimeMs = 2000;
  const world = await confermaWorld({ lifetimeMs, deadlineMs: 1000 });
  const { counters } = world.simulator;

  const run = await underLoad(world);

  expect(problems(run)).toEqual([]);
  expect(refusedInTime(run)).toEqual([]);
  expect(counters.earlyIssues()).toBe(0);
  expect(counters.unexcusedEarlyIssues()).toBe(0);
  expect(counters.maxInFlight()).toBe(1);
  // The first is issued before the run; each further one when its predecessor has expired, plus the clock skew.
  const lifetimes = run.elapsedMs / (lifetimeMs + 250);
  expect(counters.issues() - 1).toBeGreaterThanOrEqual(Math.floor(lifetimes) - 1);
  expect(counters.issues() - 1).toBeLessThanOrEqual(Math.ceil(lifetimes));
  expect(uses(run)).toBeGreaterThan(100);
});

it("under load, Send Payments' token is renewed at the handover: nothing is refused before usableUntil (P1, P4)", async () => {
  const lifetimeMs = 4000;
  const world = await sendPaymentsWorld({ lifetimeMs, deadlineMs: 1000 });
  const { counters } = world.simulator;

  const run = await underLoad(world);

  expect(problems(run)).toEqual([]);
  expect(refusedInTime(run)).toEqual([]);
  expect(counters.maxInFlight()).toBe(1);
  // The handover is a fifth of the minimum lifetime before expiry: 600 of the 3000 ms that whole seconds guarantee.
  const lifetimes = run.elapsedMs / (lifetimeMs - 600);
  expect(counters.issues() - 1).toBeGreaterThanOrEqual(Math.floor(lifetimes) - 1);
  expect(counters.issues() - 1).toBeLessThanOrEqual(Math.ceil(lifetimes));
  expect(counters.earlyIssues()).toBe(counters.issues() - 1);
  expect(uses(run)).toBeGreaterThan(100);
});

it("coexisting tokens are renewed early, by one process, while the old one is vended: no caller waits (P4)", async () => {
  const world = await clientCredentialsWorld({ lifetimeMs: 3000, deadlineMs: 1000 });
  const { counters, settings } = world.simulator;
  settings.latencyMs = 200;

  const run = await underLoad(world, 6500);

  expect(problems(run)).toEqual([]);
  expect(refusedInTime(run)).toEqual([]);
  expect(counters.maxInFlight()).toBe(1);
  expect(counters.issues() - 1).toBeGreaterThanOrEqual(2);
  expect(counters.issues() - 1).toBeLessThanOrEqual(4);
});
