import { expect, test } from "vitest";
import type { ExplorationJob } from "./exploration-jobs.ts";
import { exploreOnAllCores } from "./exploration-jobs.ts";
import type { Exploration } from "./explorer.ts";
import type { Option } from "./run.ts";
import { exploreScenario } from "./scenario.ts";
import { scenarioNamed } from "./scenarios.ts";

const jobs: readonly ExplorationJob[] = [
  { scenario: "static/expired", faults: 1, maxRuns: Number.POSITIVE_INFINITY, variant: undefined },
  {
    scenario: "at-expiry/expired",
    faults: 0,
    maxRuns: 10,
    variant: "a loser of the lease goes unlocked",
  },
  { scenario: "at-expiry/none", faults: 1, maxRuns: 1, variant: undefined },
];

test("explorations on all cores find what each finds alone, and come in order", async () => {
  const explored: ExplorationJob[] = [];
  const found: Exploration<Option>[] = [];
  for await (const [job, exploration] of exploreOnAllCores(jobs, () => {})) {
    explored.push(job);
    found.push(exploration);
  }
  expect(explored).toEqual(jobs);
  const [whole, broken, cut] = found;
  expect(whole).toEqual(await exploreScenario(scenarioNamed("static/expired"), { faults: 1 }));
  expect(broken?.counterexample?.violations).toHaveLength(1);
  expect(cut?.isExhausted).toBe(false);
});
