import { setTimeout as sleep } from "node:timers/promises";
import type { CandidateName } from "../candidates/candidate.ts";
import type { LoadOutcome } from "../processes/pool.ts";
import type { MeasureContext } from "./measure.ts";

/** A token's end under load, and what its successor's beginning was like. */
export interface Rollover {
  /** Beside the first token's. */
  readonly issues: number;
  readonly uses: number;
  /** Tokens that the provider refused right after they were vended. */
  readonly refused: number;
  readonly failures: number;
  /** What the failures said, each once. */
  readonly problems: readonly string[];
  /** Each vend. */
  readonly tookMs: readonly number[];
  /** Requests to the store around the handover, of all processes. */
  readonly requests: number;
  /** From the provider's answer until each process but the fastest had the new token. */
  readonly lagMs: readonly number[];
}

/** The load, and its instants in milliseconds since its beginning. */
export interface RolloverLoad {
  readonly processes: number;
  readonly callers: number;
  readonly pauseMs: number;
  readonly lifetimeMs: number;
  /** Everyone has the first token by now: requests are counted from here. */
  readonly settledMs: number;
  /** Past the first token's end, however it was rounded, and before the second's. */
  readonly runMs: number;
}

/** Lets every process use a connection while its first token comes to its end. */
export async function runRollover(
  { world, pool }: Pick<MeasureContext, "world" | "pool">,
  candidate: CandidateName,
  { processes, callers, pauseMs, lifetimeMs, settledMs, runMs }: RolloverLoad,
): Promise<Rollover> {
  await world.behave({ lifetimeMs });
  const connection = await world.createConnection();
  await pool.burst(candidate, connection, 1);
  const untilEpochMs = performance.timeOrigin + performance.now() + runMs;
  const load = { connection, untilEpochMs, pauseMs, callers };
  const [outcomes] = await Promise.all([
    pool.load(load, candidate, processes),
    sleep(settledMs).then(world.resetRequests),
  ]);
  const requests = await world.requests();
  const [issuedAt, ...more] = (await world.issues(connection)).slice(1);
  await world.behave();
  const issues = issuedAt === undefined ? 0 : 1 + more.length;
  return { ...sumOf(outcomes), issues, requests, lagMs: lagsOf(outcomes, issuedAt) };
}

function sumOf(outcomes: readonly LoadOutcome[]) {
  const problems = outcomes.flatMap((outcome) => outcome.problems);
  const tookMs = outcomes.flatMap((outcome) => outcome.tookMs);
  return {
    uses: tookMs.length - problems.length,
    refused: outcomes.reduce((sum, { refused }) => sum + refused, 0),
    failures: problems.length,
    problems: [...new Set(problems)],
    tookMs,
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
