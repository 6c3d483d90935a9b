import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { Breakage } from "../support/breakage.ts";
import type { Act, TimedAct } from "./acts.ts";
import type { Answer, AnswerRows } from "./answers.ts";
import { Answers } from "./answers.ts";
import { optionFor, parseChoices } from "./choices.ts";
import type { Exploration, Limits, Reduction } from "./explorer.ts";
import { Explorer } from "./explorer.ts";
import type { ExploredFault } from "./faults.ts";
import { heal } from "./heal.ts";
import { recordIn } from "./record-lens.ts";
import type { Delays, Option } from "./run.ts";
import { ExploredRun } from "./run.ts";
import type { Start } from "./starting-points.ts";
import { startingPoint } from "./starting-points.ts";
import type { Nature, WorldState } from "./world.ts";

/** What somebody does, and when: milliseconds from the beginning, or an instant that the record at the beginning tells. */
export interface Part {
  readonly process: string;
  readonly at: number | ((record: TokenRecord) => number);
  readonly act: Act;
  readonly account: string;
}

/** A few processes, where they begin, and what they are asked. */
export interface ExploredScenario {
  readonly name: string;
  readonly nature: Nature;
  /** What the settings said until the beginning. Default: the same. */
  readonly earlierNature?: Nature;
  readonly start: Start;
  readonly parts: readonly Part[];
  readonly delaysMs?: Delays;
  /** The kinds of faults that are tried. Default: all. */
  readonly onlyFaults?: readonly ExploredFault[];
  /** Processes that do the same from the same instant on: they may change places. */
  readonly twins?: readonly string[];
  /** The fault budget of one run. */
  readonly faults: number;
}

export interface ExploreOptions {
  readonly faults: number;
  readonly maxRuns?: number;
  readonly breakage?: Breakage;
  readonly reduction?: Reduction;
  readonly onRun?: Limits["onRun"];
}

export interface ScenarioExploration extends Exploration<Option> {
  readonly answers: AnswerRows;
}

/** Explores a scenario: every interleaving of its requests with so many faults. */
export async function exploreScenario(
  scenario: ExploredScenario,
  options: ExploreOptions,
): Promise<ScenarioExploration> {
  const { faults, maxRuns = Number.POSITIVE_INFINITY, breakage = {} } = options;
  const { reduction = "partial order and states", onRun = () => {} } = options;
  const answers = new Answers();
  const begin = await beginning(scenario, breakage, (answer) => answers.note(answer));
  const { stackTraceLimit } = Error;
  // Nobody reads the stacks of simulated failures, and they cost more than all else.
  Error.stackTraceLimit = 0;
  try {
    const limits = { faults, maxRuns, reduction, onRun };
    const exploration = await new Explorer<Option>(() => begin(false), limits).explore();
    return { ...exploration, answers: answers.rows(scenario.name) };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export interface Replay {
  readonly timeline: readonly string[];
  readonly violations: readonly string[];
}

/** Plays one run by its choices and on from there in turn, and keeps its timeline. */
export async function replay(
  scenario: ExploredScenario,
  choices: string,
  breakage: Breakage = {},
): Promise<Replay> {
  const begin = await beginning(scenario, breakage);
  const run = begin(true);
  const steps = parseChoices(choices);
  for (let at = 0; run.violations.length === 0; at += 1) {
    if (!run.isReady() && !(await run.passTime())) {
      await run.finish();
      break;
    }
    const options = run.options(true);
    const step = steps[at];
    const option = step ? optionFor(step, options) : options[0];
    if (!option)
      throw new RangeError(`Step ${at + 1} is not possible here: ${JSON.stringify(step)}`);
    await run.take(option);
  }
  return { timeline: run.world.timeline ?? [], violations: run.violations };
}

/** Where the runs of a scenario begin, and how. */
async function beginning(
  scenario: ExploredScenario,
  breakage: Breakage,
  onAnswer: (answer: Answer) => void = () => {},
) {
  const { nature, start, parts, delaysMs = {}, twins = [], onlyFaults: faults } = scenario;
  const begin = await startingPoint(scenario.earlierNature ?? nature, start);
  const acts = parts.map((part, at) =>
    timed(part, `${at + 1} ${part.process}: ${saying(part.act)}`, begin),
  );
  return (hasTimeline: boolean) => {
    const options = { breakage, delaysMs, twins, faults, hasTimeline, onAnswer };
    const run = new ExploredRun(nature, begin, acts, options);
    return Object.assign(run, { finish: () => heal(run) });
  };
}

function timed({ at, ...part }: Part, label: string, { now, items }: WorldState): TimedAct {
  if (typeof at === "number") return { ...part, label, at: now + at };
  const record = items.map(([, item]) => recordIn(item)).find((each) => each !== null);
  return { ...part, label, at: record ? Math.max(now, at(record)) : now };
}

/** An act in a few words. */
function saying({ does, ...how }: Act): string {
  return [does, ...Object.entries(how).map(([name, value]) => `${name} ${value}`)].join(" ");
}
