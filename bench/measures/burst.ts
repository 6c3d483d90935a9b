import type { CandidateName } from "../candidates/candidate.ts";
import type { MeasureContext } from "./measure.ts";

/** One burst of one candidate from an empty table. */
export interface BurstResult {
  readonly issues: number;
  /** Tokens that the provider refuses once all have theirs. */
  readonly dead: number;
  readonly failures: number;
  /** What the failures said, each once. */
  readonly problems: readonly string[];
  /** Requests to the store, of all processes together. */
  readonly requests: number;
  /** From the common start until each call had its token. */
  readonly tookMs: readonly number[];
  /** How long after the provider's first answer each had it, but the fastest, which asked for it. */
  readonly lagMs: readonly number[];
}

/** Calls a candidate in so many processes at the same instant, for a connection that nobody has a token for. */
export async function runBurst(
  { world, pool }: Pick<MeasureContext, "world" | "pool">,
  candidate: CandidateName,
  processes: number,
  calls = 1,
): Promise<BurstResult> {
  const connection = await world.createConnection();
  await world.resetRequests();
  const { begunAt, outcomes } = await pool.burst(candidate, connection, processes, calls);
  const requests = await world.requests();
  const issues = await world.issues(connection);
  const tokens = outcomes.flatMap(({ token }) => token ?? []);
  const ended = outcomes.filter(({ token }) => token !== null).map(({ endedAt }) => endedAt);
  const answeredAt = Math.min(...issues);
  return {
    issues: issues.length,
    dead: await world.countDead(tokens),
    failures: outcomes.length - tokens.length,
    problems: [...new Set(outcomes.flatMap(({ problem }) => problem ?? []))],
    requests,
    tookMs: ended.map((at) => at - begunAt),
    lagMs: ended
      .toSorted((a, b) => a - b)
      .slice(1)
      .map((at) => at - answeredAt),
  };
}
