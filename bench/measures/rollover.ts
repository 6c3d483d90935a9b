import type { CandidateName } from "../candidates/candidate.ts";
import { candidates, candidatesOf, lockAndDoubleCheck, product } from "../candidates/candidate.ts";
import { formatEstimate, formatNumber } from "../report/format-estimate.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { median, quantile } from "../statistics/quantile.ts";
import { shuffled } from "../statistics/random.ts";
import type { BenchMeasure, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";
import type { Rollover } from "./run-rollover.ts";
import { runRollover } from "./run-rollover.ts";

/** The server says `expires_in: 2`, rounded down. */
const load = {
  processes: 8,
  callers: 1,
  pauseMs: 20,
  lifetimeMs: 2100,
  settledMs: 900,
  runMs: 3600,
};
const { processes, pauseMs, lifetimeMs } = load;
/** The shortest life that leaves room between handover and expiry, for the margin and the rounding of `expires_in`. */
const withRoom = { ...load, lifetimeMs: 8100, runMs: 8200 };
const usualBlocks = 2;

type Block = ReadonlyMap<CandidateName, Rollover>;

interface Rollovers {
  readonly blocks: readonly Block[];
  /** The product's, of tokens whose life leaves room for a handover. */
  readonly handovers: readonly Rollover[];
}

/** A token ends under load, and its successor takes over. */
export const measureRollover: BenchMeasure = async (context) => {
  const { random } = context;
  const blocks: Block[] = [];
  const handovers: Rollover[] = [];
  const count = blocksOf(context, usualBlocks);
  for (let block = 1; block <= count; block += 1) {
    const results = new Map<CandidateName, Rollover>();
    const chosen = candidatesInBlock(context, block);
    for (const candidate of shuffled(chosen, random)) {
      context.progress(`rollover, block ${block} of ${count}: ${candidate.title}`);
      results.set(candidate, await runRollover(context, candidate, load));
    }
    blocks.push(results);
    context.progress(`rollover, block ${block} of ${count}: a handover`);
    handovers.push(await runRollover(context, product, withRoom));
  }
  return {
    title: "Rollover",
    text:
      `${processes} processes vend, use the token at once and pause for ${pauseMs} ms, while a token of ` +
      `${lifetimeMs} ms (\`expires_in: 2\`) comes to its end. Refused: uses that the provider answered with 401. Lag: ` +
      "from the provider's answer until a process has the new token, without the fastest. Requests: around the " +
      "handover, without those for the first token. A token of two seconds has no room for a handover before its " +
      `end. With one of ${withRoom.lifetimeMs} ms the longest vend of token-vending was ` +
      `${formatEstimate(longestVend(handovers))} ms: this is what the goal is about.`,
    table: {
      heading: [
        ...["candidate", "issues", "refused uses", "failures", "longest vend, ms"],
        ...["store requests per process", "lag p50, ms", "lag p99, ms"],
      ],
      rows: candidates.map((candidate) => rowOf(blocks, candidate)),
    },
    figures: figuresOf({ blocks, handovers }),
  };
};

/** All candidates run in some blocks; the others compare only those that the goals do. */
function candidatesInBlock({ isFull }: MeasureContext, block: number): readonly CandidateName[] {
  const hasAll = block <= (isFull ? 3 : 1);
  return hasAll ? candidatesOf(block, processes) : [product, lockAndDoubleCheck];
}

const of = (blocks: readonly Block[], candidate: CandidateName) =>
  blocks.flatMap((block) => block.get(candidate) ?? []);

const lagOf = (blocks: readonly Block[], candidate: CandidateName, share: number) =>
  quantile(
    of(blocks, candidate).flatMap(({ lagMs }) => lagMs),
    share,
  );

const stallOf = (runs: readonly Rollover[]) => Math.max(...runs.flatMap(({ tookMs }) => tookMs));

const longestVend = (handovers: readonly Rollover[]) => estimate(handovers, stallOf);

function rowOf(all: readonly Block[], candidate: CandidateName) {
  const blocks = all.filter((block) => block.has(candidate));
  const runs = of(blocks, candidate);
  const sum = (value: (run: Rollover) => number) =>
    runs.reduce((total, run) => total + value(run), 0);
  const isShared = sum(({ issues }) => issues) <= 2 * runs.length;
  const refused = (100 * sum((run) => run.refused)) / sum((run) => run.uses);
  const about = (statistic: (drawn: readonly Block[]) => number) =>
    formatEstimate(estimate(blocks, statistic));
  return [
    candidate.title,
    formatNumber(sum((run) => run.issues) / runs.length, 1),
    `${formatNumber(refused, 1)} %`,
    String(sum((run) => run.failures)),
    about((drawn) => stallOf(of(drawn, candidate))),
    formatNumber(sum((run) => run.requests) / runs.length / processes, 1),
    ...[0.5, 0.99].map((share) =>
      isShared ? about((drawn) => lagOf(drawn, candidate, share)) : "–",
    ),
  ];
}

function figuresOf({ blocks, handovers }: Rollovers): Record<string, Estimate> {
  const all = [...of(blocks, product), ...handovers];
  const sum = (value: (run: Rollover) => number) =>
    all.reduce((total, run) => total + value(run), 0);
  const lagRatio = (share: number) =>
    estimate(
      blocks,
      (drawn) => lagOf(drawn, product, share) / lagOf(drawn, lockAndDoubleCheck, share),
    );
  return {
    "rollover-issues": counted(Math.max(...all.map(({ issues }) => issues))),
    "rollover-dead-tokens": counted(sum(({ refused }) => refused)),
    "rollover-failures": counted(sum(({ failures }) => failures)),
    "rollover-stall": longestVend(handovers),
    "rollover-requests": estimate(blocks, (drawn) =>
      median(of(drawn, product).map(({ requests }) => requests / processes)),
    ),
    "rollover-lag-p50": lagRatio(0.5),
    "rollover-lag-p99": lagRatio(0.99),
  };
}
