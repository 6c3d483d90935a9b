import { expect, test } from "vitest";
import { runSeed } from "../simulation/run-seed.ts";

test("the promises hold in three hundred random histories of crashes, pauses and lost answers", async () => {
  const violations: string[] = [];
  for (let seed = 1; seed <= 300; seed += 1) {
    const run = await runSeed(seed);
    violations.push(...run.violations);
  }
  expect(violations).toEqual([]);
});
