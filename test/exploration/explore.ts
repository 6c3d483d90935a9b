import { parseArgs } from "node:util";
import type { Breakage } from "../support/breakage.ts";
import { formatChoices } from "./choices.ts";
import type { ExplorationReport } from "./report.ts";
import { abridgeTimeline, tableHead, tableLine } from "./report.ts";
import type { ExploredScenario } from "./scenario.ts";
import { exploreScenario, replay } from "./scenario.ts";
import { pairScenarios, tripleScenarios } from "./scenarios.ts";
import { variantFindings, variants } from "./variants.ts";

/**
 * `npm run explore`: every interleaving of a few processes' requests within a fault budget (docs/protocol.md). Fails when
 * a promise was broken, and when a bound kept it from trying everything.
 */
const { values } = parseArgs({
  options: {
    scenario: { type: "string" },
    faults: { type: "string" },
    "max-runs": { type: "string" },
    replay: { type: "string" },
    gate: { type: "boolean", default: false },
    variants: { type: "boolean", default: false },
    variant: { type: "string" },
    list: { type: "boolean", default: false },
  },
});

const allScenarios = [...pairScenarios, ...tripleScenarios];
const scenarios = chosenScenarios();
const breakage = chosenBreakage();
if (values.list) for (const { name } of scenarios) console.log(name);
else if (values.variants) await exploreVariants();
else if (values.replay !== undefined) await replayOne(values.replay);
else await exploreAll();

/** The one of that name, or else all whose names contain it. */
function chosenScenarios(): readonly ExploredScenario[] {
  const { scenario } = values;
  if (scenario === undefined) return allScenarios;
  const named = allScenarios.filter(({ name }) => name === scenario);
  const found =
    named.length > 0 ? named : allScenarios.filter(({ name }) => name.includes(scenario));
  return found.length > 0 ? found : fail(`There is no scenario ${scenario}; --list names them.`);
}

function chosenBreakage(): Breakage | undefined {
  const { variant } = values;
  if (variant === undefined) return undefined;
  return variants[variant] ?? fail(`There is no variant ${variant}; --variants names them.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

async function exploreAll(): Promise<void> {
  console.log(tableHead);
  const begun = process.cpuUsage();
  const totals = { runs: 0, broken: 0, unfinished: 0 };
  for (const scenario of scenarios) {
    const report = await explore(scenario, breakage);
    console.log(tableLine(report));
    totals.runs += report.exploration.runs;
    const { counterexample, isExhausted } = report.exploration;
    if (counterexample) {
      totals.broken += 1;
      await printRun(scenario, formatChoices(counterexample.choices));
    } else if (!isExhausted) totals.unfinished += 1;
  }
  const { runs, broken, unfinished } = totals;
  const { user, system } = process.cpuUsage(begun);
  const seconds = ((user + system) / 1_000_000).toFixed(0);
  console.log(`${scenarios.length} scenarios, ${runs} runs, ${seconds} s of CPU time`);
  console.log(`${broken} broke a promise, ${unfinished} were cut off`);
  process.exitCode = broken + unfinished > 0 ? 1 : 0;
}

async function explore(
  scenario: ExploredScenario,
  broken: Breakage = {},
): Promise<ExplorationReport> {
  const faults = Number(values.faults ?? (values.gate ? scenario.gateFaults : scenario.faults));
  const maxRuns = Number(values["max-runs"] ?? Number.POSITIVE_INFINITY);
  const onRun = (runs: number) => printProgress(`${scenario.name}: ${runs} runs`, runs);
  const exploration = await exploreScenario(scenario, { faults, maxRuns, breakage: broken, onRun });
  printProgress("");
  return { name: scenario.name, faults, exploration };
}

/** On a terminal, in a line that the next one overwrites. */
function printProgress(line: string, runs = 0): void {
  if (process.stderr.isTTY && runs % 100 === 0) process.stderr.write(`\r\x1b[K${line}`);
}

/** Each broken variant, and after how many runs of which scenario it is found. */
async function exploreVariants(): Promise<void> {
  let missed = 0;
  for (const { variant, scenario, faults, withinRuns } of variantFindings) {
    const limits = { faults, maxRuns: withinRuns, breakage: variants[variant] ?? {} };
    const { runs, counterexample } = await exploreScenario(scenarioNamed(scenario), limits);
    if (!counterexample) missed += 1;
    const how = counterexample ? `found in ${runs} runs of` : `NOT FOUND in ${runs} runs of`;
    console.log(`${variant}\n  ${how} "${scenario}" with ${faults} faults`);
    for (const violation of counterexample?.violations ?? []) console.log(`  ✗ ${violation}`);
  }
  console.log(`${variantFindings.length} variants, ${missed} missed`);
  process.exitCode = missed > 0 ? 1 : 0;
}

function scenarioNamed(name: string): ExploredScenario {
  return allScenarios.find((each) => each.name === name) ?? fail(`There is no scenario ${name}.`);
}

async function replayOne(choices: string): Promise<void> {
  const [scenario, ...others] = scenarios;
  if (!scenario || others.length > 0) fail("--replay needs --scenario and one name.");
  const isKept = await printRun(scenario, choices);
  process.exitCode = isKept ? 0 : 1;
}

/** Prints a run's timeline; false when it broke a promise. */
async function printRun(scenario: ExploredScenario, choices: string): Promise<boolean> {
  const { timeline, violations } = await replay(scenario, choices, breakage);
  console.log(abridgeTimeline(timeline).join("\n"));
  for (const violation of violations) console.log(`  ✗ ${violation}`);
  const variant = values.variant === undefined ? "" : ` --variant "${values.variant}"`;
  console.log(
    `  replay: npm run explore -- --scenario "${scenario.name}"${variant} --replay ${choices}\n`,
  );
  return violations.length === 0;
}
