import { expect, test } from "vitest";
import type { Breakage } from "../support/breakage.ts";
import { claimTransitions, recordTransitions } from "../support/protocol-model.ts";
import { brokenVariants } from "./broken-variants.ts";
import { runSeed } from "./run-seed.ts";

/** The first seed that shows a breakage, and the promises it breaks. */
async function firstCatch(breakage: Breakage, seeds: number) {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations } = await runSeed(seed, breakage);
    if (violations.length > 0) return { seed, violations };
  }
  return null;
}

/** The gate plays ten times as many (`npm run simulate`). Among these are the rarest transitions. */
const seeds = 1000;
const firstSeed = 2001;

test("the protocol keeps its promises over a thousand seeds of faults, and takes every transition", async () => {
  const taken = new Set<string>();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const run = await runSeed(seed);
    expect(run.violations, `seed ${seed}`).toEqual([]);
    for (const name of run.taken.keys()) taken.add(name);
  }
  const known = Object.keys({ ...recordTransitions, ...claimTransitions });
  expect([...taken]).toEqual(expect.arrayContaining(known));
});

test.each(Object.entries(brokenVariants))("the checker catches: %s", async (_, breakage) => {
  const caught = await firstCatch(breakage, 2000);
  expect(caught).not.toBeNull();
});

test.each([
  ["a process whose clock is seconds slow, and another connection of its scope", 8001051],
  ["a clock that jumps between the lease and the call", 7131924],
  [
    "a clock that jumps before it overtakes a holder, whose late issue replaces one more token",
    7094423,
  ],
  ["two clocks that are wrong in opposite directions, each harmlessly", 8035230],
  ["a clock that jumps during a back-off, after which no secret is there", 9256937],
])("keeps its promises with %s", async (_, seed) => {
  expect((await runSeed(seed)).violations).toEqual([]);
});

test("a seed replays to the letter", async () => {
  for (const seed of [7, 26, 1241]) {
    const [first, second] = [await runSeed(seed), await runSeed(seed)];
    expect(second).toEqual(first);
    expect(first.timeline.length).toBeGreaterThan(0);
  }
});
