import type { CandidateName } from "../candidates/candidate.ts";
import { candidates, candidatesOf, lockAndDoubleCheck, product } from "../candidates/candidate.ts";
import type { LoadOutcome } from "../processes/pool.ts";
import { formatEstimate, formatNumber } from "../report/format-estimate.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { quantile } from "../statistics/quantile.ts";
import { shuffled } from "../statistics/random.ts";
import type { BenchMeasure, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";

const processes = 8;
const pauseMs = 20;
/** The server says `expires_in: 2`, rounded down. */
const lifetimeMs = 2100;
/** Everyone has the first token by now. */
const settledMs = 900;
/** Past the first token's end, however it was rounded, and before the second's. */
const runMs = 3600;
const usualBlocks = 2;

interface Rollover {
  /** Beside the first token's. */
  readonly issues: number;
  readonly uses: number;
  readonly refused: number;
  readonly failures: number;
  readonly slowestMs: number;
  /** Requests to the store around the handover, of all processes. */
  readonly requests: number;
  /** From the provider's answer until each process but the fastest had the new token. */
  readonly lagMs: readonly number[];
}

type Block = ReadonlyMap<CandidateName, Rollover>;

/** A token ends under load, and its successor takes over. */
export const measureRollover: BenchMeasure = async (context) => {
  const { random } = context;
  const blocks: Block[] = [];
  const count = blocksOf(context, usualBlocks);
  for (let block = 1; block <= count; block += 1) {
    const results = new Map<CandidateName, Rollover>();
    const chosen = candidatesInBlock(context, block);
    for (const candidate of shuffled(chosen, random)) {
      context.progress(`rollover, block ${block} of ${count}: ${candidate.title}`);
      results.set(candidate, await runRollover(context, candidate));
    }
    blocks.push(results);
  }
  await context.world.behave();
  return {
    title: "Rollover",
    text:
      `${processes} processes vend, use the token at once and pause for ${pauseMs} ms, while a token of ` +
      `${lifetimeMs} ms (\`expires_in: 2\`) comes to its end. Refused: uses that the provider answered with 401. Lag: ` +
      "from the provider's answer until a process has the new token, without the fastest. Requests: around the " +
      "handover, without those for the first token.",
    table: {
      heading: [
        ...["candidate", "issues", "refused uses", "failures", "longest vend, ms"],
        ...["store requests per process", "lag p50, ms", "lag p99, ms"],
      ],
      rows: candidates.map((candidate) => rowOf(context, blocks, candidate)),
    },
    figures: figuresOf(context, blocks),
  };
};

/** In a short run, the second block compares only those that the goals do. */
function candidatesInBlock({ isFull }: MeasureContext, block: number): readonly CandidateName[] {
  return isFull || block === 1 ? candidatesOf(block, processes) : [product, lockAndDoubleCheck];
}

async function runRollover(
  { world, pool }: MeasureContext,
  candidate: CandidateName,
): Promise<Rollover> {
  await world.behave({ lifetimeMs });
  const connection = await world.createConnection();
  await pool.burst(candidate, connection, 1);
  const begunAt = performance.timeOrigin + performance.now();
  const running = pool.load(
    { connection, untilEpochMs: begunAt + runMs, pauseMs },
    candidate,
    processes,
  );
  const counting = new Promise((resolve) => setTimeout(resolve, settledMs)).then(
    world.resetRequests,
  );
  const [outcomes] = await Promise.all([running, counting]);
  const requests = await world.requests();
  const issues = (await world.issues(connection)).slice(1);
  return {
    ...sumOf(outcomes),
    issues: issues.length,
    requests,
    lagMs: lagsOf(outcomes, issues[0]),
  };
}

function sumOf(outcomes: readonly LoadOutcome[]) {
  const sum = (value: (outcome: LoadOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + value(outcome), 0);
  return {
    uses: sum(({ vends, problems }) => vends - problems.length),
    refused: sum(({ refused }) => refused),
    failures: sum(({ problems }) => problems.length),
    slowestMs: Math.max(...outcomes.map(({ slowestMs }) => slowestMs)),
  };
}

function lagsOf(outcomes: readonly LoadOutcome[], issuedAt = Number.NaN): number[] {
  const firstHad = outcomes.flatMap(
    ({ tokens }) => tokens.find(({ at }) => at > issuedAt)?.at ?? [],
  );
  return firstHad
    .toSorted((a, b) => a - b)
    .slice(1)
    .map((at) => at - issuedAt);
}

const of = (blocks: readonly Block[], candidate: CandidateName) =>
  blocks.flatMap((block) => block.get(candidate) ?? []);

const lagOf = (blocks: readonly Block[], candidate: CandidateName, share: number) =>
  quantile(
    of(blocks, candidate).flatMap(({ lagMs }) => lagMs),
    share,
  );

const stallOf = (blocks: readonly Block[], candidate: CandidateName) =>
  Math.max(...of(blocks, candidate).map(({ slowestMs }) => slowestMs));

function rowOf({ random }: MeasureContext, all: readonly Block[], candidate: CandidateName) {
  const blocks = all.filter((block) => block.has(candidate));
  const runs = of(blocks, candidate);
  const sum = (value: (run: Rollover) => number) =>
    runs.reduce((total, run) => total + value(run), 0);
  const isShared = sum(({ issues }) => issues) <= 2 * runs.length;
  const refused = (100 * sum((run) => run.refused)) / sum((run) => run.uses);
  const about = (statistic: (drawn: readonly Block[]) => number) =>
    formatEstimate(estimate(blocks, statistic, random));
  return [
    candidate.title,
    formatNumber(sum((run) => run.issues) / runs.length, 1),
    `${formatNumber(refused, 1)} %`,
    String(sum((run) => run.failures)),
    about((drawn) => stallOf(drawn, candidate)),
    formatNumber(sum((run) => run.requests) / runs.length / processes, 1),
    ...[0.5, 0.99].map((share) =>
      isShared ? about((drawn) => lagOf(drawn, candidate, share)) : "–",
    ),
  ];
}

function figuresOf({ random }: MeasureContext, blocks: readonly Block[]): Record<string, Estimate> {
  const runs = of(blocks, product);
  const sum = (value: (run: Rollover) => number) =>
    runs.reduce((total, run) => total + value(run), 0);
  const lagRatio = (share: number) =>
    estimate(
      blocks,
      (drawn) => lagOf(drawn, product, share) / lagOf(drawn, lockAndDoubleCheck, share),
      random,
    );
  return {
    "rollover-issues": counted(Math.max(...runs.map(({ issues }) => issues))),
    "rollover-dead-tokens": counted(sum(({ refused }) => refused)),
    "rollover-failures": counted(sum(({ failures }) => failures)),
    "rollover-stall": estimate(blocks, (drawn) => stallOf(drawn, product), random),
    "rollover-requests": estimate(
      blocks,
      (drawn) =>
        quantile(
          of(drawn, product).map(({ requests }) => requests / processes),
          0.5,
        ),
      random,
    ),
    "rollover-lag-p50": lagRatio(0.5),
    "rollover-lag-p99": lagRatio(0.99),
  };
}
