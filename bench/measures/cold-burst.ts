import type { CandidateName } from "../candidates/candidate.ts";
import { candidatesOf, lockAndDoubleCheck, product } from "../candidates/candidate.ts";
import { formatEstimate, formatNumber } from "../report/format-estimate.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { median, quantile } from "../statistics/quantile.ts";
import { shuffled } from "../statistics/random.ts";
import { providerMs } from "../world/world.ts";
import type { BurstResult } from "./burst.ts";
import { runBurst } from "./burst.ts";
import type { BenchMeasure, ChartPoint, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";

/** How many processes start together, and how many bursts of each candidate in a short run. */
const sizes = [
  { processes: 1, blocks: 3 },
  { processes: 8, blocks: 6 },
  { processes: 32, blocks: 3 },
];

/** A burst of each candidate under the same conditions. */
type Block = ReadonlyMap<CandidateName, BurstResult>;

interface SizeResult {
  readonly processes: number;
  readonly blocks: readonly Block[];
}

/** N processes start together and find an empty table. */
export const measureColdBurst: BenchMeasure = async (context) => {
  const results: SizeResult[] = [];
  for (const { processes, blocks } of sizes) {
    results.push({
      processes,
      blocks: await runBlocks(context, processes, blocksOf(context, blocks)),
    });
  }
  const rows = results.flatMap((result) =>
    candidatesOf(1, result.processes).map((candidate) => rowOf(result, candidate)),
  );
  return {
    title: "Cold burst",
    text:
      "N processes ask for a token of the same connection at the same instant, and the table holds nothing. Times are " +
      `from that instant until a process has its token, as multiples of the provider's ${providerMs} ms. A token is ` +
      "dead if the provider refuses it once all processes have theirs.",
    table: {
      heading: [
        "N",
        "candidate",
        "issues",
        "dead tokens",
        "failures",
        "store requests per process",
        "p50",
        "p99",
      ],
      rows,
    },
    figures: figuresOf(results),
    points: results.flatMap((result) =>
      candidatesOf(1, result.processes).map((candidate) => pointOf(results, result, candidate)),
    ),
  };
};

async function runBlocks(context: MeasureContext, processes: number, count: number) {
  const blocks: Block[] = [];
  for (let block = 1; block <= count; block += 1) {
    const results = new Map<CandidateName, BurstResult>();
    for (const candidate of shuffled(candidatesOf(block, processes), context.random)) {
      context.progress(
        `cold burst, N = ${processes}, block ${block} of ${count}: ${candidate.title}`,
      );
      results.set(candidate, await runBurst(context, candidate, processes));
    }
    blocks.push(results);
  }
  return blocks;
}

const of = (blocks: readonly Block[], candidate: CandidateName) =>
  blocks.flatMap((block) => block.get(candidate) ?? []);

/** The time until a process has its token, as a multiple of the provider's. */
function timeOf(blocks: readonly Block[], candidate: CandidateName, share: number): number {
  return (
    quantile(
      of(blocks, candidate).flatMap(({ tookMs }) => tookMs),
      share,
    ) / providerMs
  );
}

function lagOf(blocks: readonly Block[], candidate: CandidateName, share: number): number {
  return quantile(
    of(blocks, candidate).flatMap(({ lagMs }) => lagMs),
    share,
  );
}

function rowOf({ processes, blocks: all }: SizeResult, candidate: CandidateName) {
  const blocks = all.filter((block) => block.has(candidate));
  const bursts = of(blocks, candidate);
  const mean = (value: (burst: BurstResult) => number) =>
    formatNumber(bursts.reduce((sum, burst) => sum + value(burst), 0) / bursts.length, 1);
  const time = (share: number) =>
    formatEstimate(estimate(blocks, (drawn) => timeOf(drawn, candidate, share)));
  return [
    String(processes),
    candidate.title,
    mean(({ issues }) => issues),
    mean(({ dead }) => dead),
    mean(({ failures }) => failures),
    mean(({ requests }) => requests / processes),
    time(0.5),
    time(0.99),
  ];
}

function pointOf(
  all: readonly SizeResult[],
  { processes, blocks }: SizeResult,
  candidate: CandidateName,
): ChartPoint {
  return {
    line: lineOf(all, candidate),
    x: processes,
    y: timeOf(blocks, candidate, 0.99) * providerMs,
  };
}

/** Who is fast because nobody waits has dead tokens: its line says so. */
function lineOf(all: readonly SizeResult[], candidate: CandidateName): string {
  const largest = all.findLast(({ blocks }) => of(blocks, candidate).length > 0);
  const dead = median(of(largest?.blocks ?? [], candidate).map((burst) => burst.dead));
  return dead > 0
    ? `${candidate.title}: ${formatNumber(dead, 0)} of ${largest?.processes} dead`
    : candidate.title;
}

function figuresOf(results: readonly SizeResult[]): Record<string, Estimate> {
  const blocksFor = (processes: number) =>
    results.find((result) => result.processes === processes)?.blocks ?? [];
  const bursts = results.flatMap(({ blocks }) => of(blocks, product));
  const p99 = (processes: number) =>
    estimate(blocksFor(processes), (drawn) => timeOf(drawn, product, 0.99));
  const lagRatio = (drawn: readonly Block[]) =>
    lagOf(drawn, product, 0.99) / lagOf(drawn, lockAndDoubleCheck, 0.99);
  return {
    "cold-issues": counted(Math.max(...bursts.map(({ issues }) => issues))),
    "cold-dead-tokens": counted(bursts.reduce((sum, { dead }) => sum + dead, 0)),
    "cold-failures": counted(bursts.reduce((sum, { failures }) => sum + failures, 0)),
    "cold-requests-alone": counted(
      Math.max(...of(blocksFor(1), product).map(({ requests }) => requests)),
    ),
    "cold-requests": estimate(blocksFor(8), (drawn) =>
      median(of(drawn, product).map(({ requests }) => requests / 8)),
    ),
    "cold-8": p99(8),
    "cold-32": p99(32),
    "cold-lag": estimate(blocksFor(8), lagRatio),
  };
}
