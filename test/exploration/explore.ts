import { parseArgs } from "node:util";
import type { AnswerRows } from "./answers.ts";
import { answerChanges, approveAnswers } from "./approved-answers.ts";
import { formatChoices } from "./choices.ts";
import type { ExplorationJob } from "./exploration-jobs.ts";
import { exploreOnAllCores } from "./exploration-jobs.ts";
import { abridgeTimeline, tableHead, tableLine } from "./report.ts";
import type { ExploredScenario, ScenarioExploration } from "./scenario.ts";
import { replay } from "./scenario.ts";
import { allScenarios, gateScenarios, scenarioNamed } from "./scenarios.ts";
import { variantFindings, variantNamed, variants } from "./variants.ts";

/**
 * `npm run explore`: every interleaving of a few processes' requests within a fault budget (docs/protocol.md), on all cores.
 * Fails when a promise was broken, and when a bound kept it from trying everything.
 */
const { values } = parseArgs({
  options: {
    scenario: { type: "string" },
    faults: { type: "string" },
    "max-runs": { type: "string" },
    replay: { type: "string" },
    long: { type: "boolean", default: false },
    variants: { type: "boolean", default: false },
    variant: { type: "string" },
    list: { type: "boolean", default: false },
    approve: { type: "boolean", default: false },
  },
});

const chosen = chosenScenarios();
if (values.list) for (const { name } of chosen) console.log(name);
else if (values.variants) await exploreVariants();
else if (values.replay !== undefined) await replayOne(values.replay);
else await exploreAll();

/** The one of that name, or else all whose names contain it. Without a name those of the gate; `--long`: all. */
function chosenScenarios(): readonly ExploredScenario[] {
  const { scenario, variant, long } = values;
  if (variant !== undefined && !variants[variant]) {
    fail(`There is no variant ${variant}; --variants names them.`);
  }
  if (scenario === undefined) return long ? allScenarios : gateScenarios;
  const named = allScenarios.filter(({ name }) => name === scenario);
  const found =
    named.length > 0 ? named : allScenarios.filter(({ name }) => name.includes(scenario));
  return found.length > 0 ? found : fail(`There is no scenario ${scenario}; --list names them.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

async function exploreAll(): Promise<void> {
  console.log(tableHead);
  const begun = process.cpuUsage();
  const jobs = chosen.map(({ name, faults }) => ({
    scenario: name,
    faults: Number(values.faults ?? faults),
    maxRuns: Number(values["max-runs"] ?? Number.POSITIVE_INFINITY),
    variant: values.variant,
  }));
  const totals = { runs: 0, broken: 0, unfinished: 0 };
  const answers = new Map<string, AnswerRows>();
  for await (const [job, exploration] of exploreOnAllCores(jobs, printProgress)) {
    const { scenario, faults } = job;
    clearProgress();
    console.log(tableLine({ name: scenario, faults, exploration }));
    totals.runs += exploration.runs;
    if (exploration.counterexample) totals.broken += 1;
    else if (!exploration.isExhausted) totals.unfinished += 1;
    else if (isComparable(job)) answers.set(scenario, exploration.answers);
    await printCounterexample(scenario, exploration);
  }
  const { runs, broken, unfinished } = totals;
  const { user, system } = process.cpuUsage(begun);
  const seconds = ((user + system) / 1_000_000).toFixed(0);
  console.log(`${jobs.length} scenarios, ${runs} runs, ${seconds} s of CPU time`);
  console.log(`${broken} broke a promise, ${unfinished} were cut off`);
  if (values.approve) approve(answers);
  process.exitCode = broken + unfinished + printChanges(answers) > 0 ? 1 : 0;
}

/** Says how many it has left alone: the gate compares the answers of all scenarios. */
function approve(answers: ReadonlyMap<string, AnswerRows>): void {
  const all = allScenarios.map(({ name }) => name);
  approveAnswers(answers, all);
  const left = all.length - answers.size;
  const rest = left > 0 ? `, those of ${left} left as they were (--long: all are played)` : "";
  console.log(`answers.md: those of ${answers.size} scenarios are written${rest}`);
}

async function printCounterexample(
  scenario: string,
  { counterexample }: ScenarioExploration,
): Promise<void> {
  if (counterexample) await printRun(scenario, formatChoices(counterexample.choices));
}

/** How callers are answered otherwise than approved, and in how many scenarios. */
function printChanges(answers: ReadonlyMap<string, AnswerRows>): number {
  const changes = [...answers].map(([scenario, rows]) => answerChanges(scenario, rows, true));
  for (const line of changes.flat()) console.log(line);
  const changed = changes.filter((lines) => lines.length > 0).length;
  if (changed > 0)
    console.log(`${changed} answer otherwise than in answers.md (--approve writes it)`);
  return changed;
}

/** Approved is what the code as it is answers with the scenario's own faults. */
function isComparable({ scenario, faults }: ExplorationJob): boolean {
  return values.variant === undefined && faults === scenarioNamed(scenario).faults;
}

/** On a terminal, in a line that the next one overwrites. */
function printProgress({ scenario }: ExplorationJob, runs: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${scenario}: ${runs} runs`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}

/** Each broken variant, and after how many runs of which scenario it is found. */
async function exploreVariants(): Promise<void> {
  let missed = 0;
  const jobs = variantFindings.map(({ withinRuns, ...job }) => ({ ...job, maxRuns: withinRuns }));
  for await (const [job, { runs, counterexample }] of exploreOnAllCores(jobs, printProgress)) {
    const { variant, scenario, faults } = job;
    clearProgress();
    if (!counterexample) missed += 1;
    const how = counterexample ? `found in ${runs} runs of` : `NOT FOUND in ${runs} runs of`;
    console.log(`${variant}\n  ${how} "${scenario}" with ${faults} faults`);
    for (const violation of counterexample?.violations ?? []) console.log(`  ✗ ${violation}`);
  }
  console.log(`${jobs.length} variants, ${missed} missed`);
  process.exitCode = missed > 0 ? 1 : 0;
}

async function replayOne(choices: string): Promise<void> {
  const [scenario, ...others] = chosen;
  if (!scenario || others.length > 0) fail("--replay needs --scenario and one name.");
  const isKept = await printRun(scenario.name, choices);
  process.exitCode = isKept ? 0 : 1;
}

/** Prints a run's timeline; false when it broke a promise. */
async function printRun(name: string, choices: string): Promise<boolean> {
  const breakage = values.variant === undefined ? {} : variantNamed(values.variant);
  const { timeline, violations } = await replay(scenarioNamed(name), choices, breakage);
  console.log(abridgeTimeline(timeline).join("\n"));
  for (const violation of violations) console.log(`  ✗ ${violation}`);
  const variant = values.variant === undefined ? "" : ` --variant "${values.variant}"`;
  console.log(`  replay: npm run explore -- --scenario "${name}"${variant} --replay ${choices}\n`);
  return violations.length === 0;
}
