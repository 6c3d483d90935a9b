import { product } from "../candidates/candidate.ts";
import { formatEstimate } from "../report/format-estimate.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { median, quantile } from "../statistics/quantile.ts";
import type { BurstResult } from "./burst.ts";
import { runBurst } from "./burst.ts";
import type { BenchMeasure, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";
import { runRollover } from "./run-rollover.ts";

const callers = 8;
const processes = 32;
/** 32 times 8 calls in so long are 200 a second. */
const pauseMs = 1280;
const rollover = {
  ...{ processes, callers, pauseMs },
  lifetimeMs: 4100,
  settledMs: 1700,
  runMs: 6000,
};
const usualBursts = 2;

/** What calls at once cost, from an empty table or at a rollover. */
interface Outcome extends Omit<BurstResult, "lagMs"> {
  readonly calls: number;
}

/** The function is called several times at once in one process, as a managed instance does. */
export const measureConcurrentCalls: BenchMeasure = async (context) => {
  const bursts = await runTimes(context, "from an empty table", usualBursts, coldCalls);
  const rollovers = await runTimes(context, "at a rollover", 1, rolloverCalls);
  const all = [...bursts, ...rollovers];
  const about = (outcomes: readonly Outcome[], value: (drawn: readonly Outcome[]) => number) =>
    estimate(outcomes, value);
  const requestsOf = (outcomes: readonly Outcome[]): Estimate =>
    about(outcomes, (drawn) => median(drawn.map(({ requests }) => requests / processes)));
  const sum = (outcomes: readonly Outcome[], value: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + value(outcome), 0);
  const failedOf = (outcomes: readonly Outcome[]) =>
    counted(sum(outcomes, ({ failures }) => failures) / sum(outcomes, ({ calls }) => calls));
  const rowOf = (name: string, outcomes: readonly Outcome[]) => [
    name,
    String(sum(outcomes, ({ calls }) => calls)),
    [
      sum(outcomes, ({ failures }) => failures),
      ...new Set(outcomes.flatMap(({ problems }) => problems)),
    ].join(" "),
    formatEstimate(requestsOf(outcomes)),
    formatEstimate(
      about(outcomes, (drawn) =>
        quantile(
          drawn.flatMap(({ tookMs }) => tookMs),
          0.99,
        ),
      ),
    ),
  ];
  return {
    title: "Calls at once in one process",
    text:
      `Each of ${processes} processes is called ${callers} times at once: once, when the table holds nothing; and ` +
      `every ${pauseMs} ms, 200 vends a second together, while a token comes to its end.`,
    table: {
      heading: ["", "calls", "failures", "store requests per process", "p99, ms"],
      rows: [rowOf("empty table", bursts), rowOf("rollover", rollovers)],
    },
    figures: {
      "concurrent-issues": counted(Math.max(...all.map(({ issues }) => issues))),
      "concurrent-dead-tokens": counted(sum(all, ({ dead }) => dead)),
      "concurrent-failed": failedOf(bursts),
      "concurrent-rollover-failed": failedOf(rollovers),
      "concurrent-requests": requestsOf(bursts),
      "concurrent-rollover-requests": requestsOf(rollovers),
    },
  };
};

async function runTimes(
  context: MeasureContext,
  when: string,
  usual: number,
  run: (context: MeasureContext) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const count = blocksOf(context, usual);
  for (let time = 1; time <= count; time += 1) {
    context.progress(`${callers} calls at once ${when}, ${time} of ${count}`);
    outcomes.push(await run(context));
  }
  return outcomes;
}

async function coldCalls(context: MeasureContext): Promise<Outcome> {
  const burst = await runBurst(context, product, processes, callers);
  return { ...burst, calls: processes * callers };
}

async function rolloverCalls(context: MeasureContext): Promise<Outcome> {
  const run = await runRollover(context, product, rollover);
  return { ...run, dead: run.refused, calls: run.tookMs.length };
}
