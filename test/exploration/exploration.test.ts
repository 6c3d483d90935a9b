import { describe, expect, test } from "vitest";
import { answerChanges } from "./approved-answers.ts";
import { formatChoices } from "./choices.ts";
import { abridgeTimeline } from "./report.ts";
import type { ExploredScenario } from "./scenario.ts";
import { exploreScenario, replay } from "./scenario.ts";
import { allScenarios } from "./scenarios.ts";

/** Nothing, or how a promise was broken, or how callers are answered otherwise than approved. */
async function counterexampleOf(scenario: ExploredScenario): Promise<string> {
  const { isExhausted, counterexample, answers } = await exploreScenario(scenario, { faults: 0 });
  if (!isExhausted && !counterexample) return "not exhausted";
  if (!counterexample) return answerChanges(scenario.name, answers, false).join("\n");
  const choices = formatChoices(counterexample.choices);
  const { timeline } = await replay(scenario, choices);
  const command = `npm run explore -- --scenario "${scenario.name}" --replay ${choices}`;
  return [...counterexample.violations, ...abridgeTimeline(timeline), command].join("\n");
}

const scenarios = allScenarios.map((scenario) => [scenario.name, scenario] as const);

// With faults: npm run explore.
describe("every interleaving without faults keeps every promise", () => {
  test.each(scenarios)("%s", async (_, scenario) => {
    expect(await counterexampleOf(scenario)).toBe("");
  });
});
