import { parseArgs } from "node:util";
import { written } from "./choices.ts";
import type { ExplorationReport } from "./report.ts";
import { columns, reportLine, told } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { exploreScenario, replay } from "./scenario.ts";
import { gateScenarios, longScenarios } from "./scenarios.ts";

/**
 * `npm run explore`: every order of requests of a few processes, with a budget of faults (docs/exploration.md). Fails when
 * a promise was broken, and when a bound kept it from trying everything.
 */
const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    scenario: { type: "string" },
    faults: { type: "string" },
    "max-runs": { type: "string" },
    replay: { type: "string" },
    list: { type: "boolean", default: false },
  },
});

const scenarios = chosen();
if (values.list) for (const { name } of scenarios) console.log(name);
else if (values.replay === undefined) await exploreAll();
else await replayOne(values.replay);

function chosen(): readonly Scenario[] {
  const { scenario } = values;
  if (scenario === undefined) return values.long ? longScenarios : gateScenarios;
  const all = [...gateScenarios, ...longScenarios];
  const named = all.filter(({ name }) => name === scenario);
  const found = named.length > 0 ? named : all.filter(({ name }) => name.includes(scenario));
  if (found.length > 0) return found;
  console.error(`There is no scenario ${scenario}; --list names them.`);
  process.exit(2);
}

async function exploreAll(): Promise<void> {
  console.log(columns);
  const totals = { runs: 0, cpuMs: 0, broken: 0, unfinished: 0 };
  for (const scenario of scenarios) {
    const report = await explored(scenario);
    console.log(reportLine(report));
    totals.runs += report.exploration.runs;
    totals.cpuMs += report.cpuMs;
    const { counterexample, isExhausted } = report.exploration;
    if (counterexample) {
      totals.broken += 1;
      await tell(scenario, written(counterexample.choices));
    } else if (!isExhausted) totals.unfinished += 1;
  }
  const { runs, cpuMs, broken, unfinished } = totals;
  const seconds = (cpuMs / 1000).toFixed(1);
  console.log(`${scenarios.length} scenarios, ${runs} runs, ${seconds} s of CPU time`);
  console.log(`${broken} broke a promise, ${unfinished} were cut off`);
  process.exitCode = broken + unfinished > 0 ? 1 : 0;
}

async function explored(scenario: Scenario): Promise<ExplorationReport> {
  const faults = Number(values.faults ?? scenario.faults ?? 2);
  const maxRuns = Number(values["max-runs"] ?? Number.POSITIVE_INFINITY);
  const begun = process.cpuUsage();
  const exploration = await exploreScenario(scenario, { faults, maxRuns });
  const { user, system } = process.cpuUsage(begun);
  return { name: scenario.name, faults, exploration, cpuMs: (user + system) / 1000 };
}

async function replayOne(choices: string): Promise<void> {
  const [scenario] = scenarios;
  if (!scenario || values.scenario === undefined) {
    console.error("--replay needs --scenario.");
    process.exit(2);
  }
  const hasKept = await tell(scenario, choices);
  process.exitCode = hasKept ? 0 : 1;
}

/** Prints a run; false when it broke a promise. */
async function tell(scenario: Scenario, choices: string): Promise<boolean> {
  const { timeline, violations } = await replay(scenario, choices);
  console.log(told(timeline).join("\n"));
  for (const violation of violations) console.log(`  ✗ ${violation}`);
  console.log(`  replay: npm run explore -- --scenario "${scenario.name}" --replay ${choices}\n`);
  return violations.length === 0;
}
