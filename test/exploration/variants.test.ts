import { describe, expect, test } from "vitest";
import { formatChoices } from "./choices.ts";
import { exploreScenario, replay } from "./scenario.ts";
import { scenarioNamed } from "./scenarios.ts";
import { variantFindings, variantNamed, variants } from "./variants.ts";

describe("every broken variant is found", () => {
  test.each(variantFindings)(
    "$variant: in $scenario with $faults faults, within $withinRuns runs",
    async ({ variant, scenario: name, faults, withinRuns }) => {
      const breakage = variantNamed(variant);
      const scenario = scenarioNamed(name);
      const options = { faults, maxRuns: withinRuns, breakage };
      const { counterexample } = await exploreScenario(scenario, options);
      if (!counterexample) throw new Error(`Not found within ${withinRuns} runs.`);
      const replayed = await replay(scenario, formatChoices(counterexample.choices), breakage);
      expect(replayed.violations).toEqual(counterexample.violations);
      expect(replayed.timeline.length).toBeGreaterThan(counterexample.choices.length);
    },
  );

  test("and none is left out", () => {
    const found = variantFindings.map(({ variant }) => variant);
    expect(found.toSorted()).toEqual(Object.keys(variants).toSorted());
  });
});
