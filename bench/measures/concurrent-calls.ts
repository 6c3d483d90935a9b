import { product } from "../candidates/candidate.ts";
import { formatEstimate } from "../report/format-estimate.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { quantile } from "../statistics/quantile.ts";
import type { BurstResult } from "./burst.ts";
import { runBurst } from "./burst.ts";
import type { BenchMeasure } from "./measure.ts";
import { blocksOf } from "./measure.ts";

const callsEach = 8;
const sizes = [8, 32];
const usualBlocks = 2;

/** The function is called several times at once in one process, as a managed instance does. */
export const measureConcurrentCalls: BenchMeasure = async (context) => {
  const results = new Map<number, BurstResult[]>();
  for (const processes of sizes) {
    const count = blocksOf(context, usualBlocks);
    for (let block = 1; block <= count; block += 1) {
      context.progress(`${callsEach} calls at once, N = ${processes}, block ${block} of ${count}`);
      const burst = await runBurst(context, product, processes, callsEach);
      results.set(processes, [...(results.get(processes) ?? []), burst]);
    }
  }
  const requestsOf = (processes: number) =>
    estimate(
      results.get(processes) ?? [],
      (drawn) =>
        quantile(
          drawn.map(({ requests }) => requests / processes),
          0.5,
        ),
      context.random,
    );
  const p99Of = (processes: number) =>
    estimate(
      results.get(processes) ?? [],
      (drawn) =>
        quantile(
          drawn.flatMap(({ tookMs }) => tookMs),
          0.99,
        ),
      context.random,
    );
  const failuresOf = (processes: number) =>
    (results.get(processes) ?? []).reduce((sum, { failures }) => sum + failures, 0);
  const all = [...results.values()].flat();
  return {
    title: "Calls at once in one process",
    text: `A cold burst in which each of N processes is called ${callsEach} times at once.`,
    table: {
      heading: ["N", "calls", "failures", "store requests per process", "p99, ms"],
      rows: sizes.map((processes) => [
        String(processes),
        String(processes * callsEach * (results.get(processes)?.length ?? 0)),
        String(failuresOf(processes)),
        formatEstimate(requestsOf(processes)),
        formatEstimate(p99Of(processes)),
      ]),
    },
    figures: {
      "concurrent-issues": counted(Math.max(...all.map(({ issues }) => issues))),
      "concurrent-dead-tokens": counted(all.reduce((sum, { dead }) => sum + dead, 0)),
      "concurrent-failures": counted(all.reduce((sum, { failures }) => sum + failures, 0)),
      "concurrent-requests": requestsOf(32),
    },
  };
};
