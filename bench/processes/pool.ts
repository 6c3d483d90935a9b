import path from "node:path";
import type { CandidateName, CandidateOptions } from "../candidates/candidate.ts";
import { moduleOf } from "../candidates/candidate.ts";
import type { BenchConnection } from "../world/connection.ts";
import type { BenchWorld } from "../world/world.ts";
import { bundleFile, stopAll } from "../world/world.ts";
import type { CalledProcess } from "./called-process.ts";
import { startCalledProcess } from "./called-process.ts";

export interface OpenCall {
  readonly id: string;
  readonly module: string;
  readonly options: CandidateOptions;
}

export interface BurstCall {
  readonly id: string;
  readonly connection: BenchConnection;
  readonly atEpochMs: number;
  /** How many calls at once in each process. */
  readonly calls: number;
}

export interface LoadCall {
  readonly id: string;
  readonly connection: BenchConnection;
  readonly untilEpochMs: number;
  /** Between two vends of a caller. */
  readonly pauseMs: number;
  /** How many callers at once in each process. */
  readonly callers: number;
  /** Before the process begins: the processes do not call in step. */
  readonly delayMs: number;
}

/** One call's outcome; instants in milliseconds since 1970, with fractions. */
interface VendOutcome {
  readonly token: string | null;
  readonly problem: string | null;
  readonly begunAt: number;
  readonly endedAt: number;
}

/** What one process saw under load. */
export interface LoadOutcome {
  readonly problems: readonly string[];
  /** Tokens that the provider refused right after they were vended. */
  readonly refused: number;
  /** Of each vend. */
  readonly tookMs: readonly number[];
  /** Each token, and when the process first had it. */
  readonly tokens: readonly { readonly token: string; readonly at: number }[];
}

/** Warm processes that run every candidate. */
export interface Pool {
  /** Calls a candidate in the first `processes` of them, all at the same instant. */
  burst(
    candidate: CandidateName,
    connection: BenchConnection,
    processes: number,
    calls?: number,
  ): Promise<{ readonly begunAt: number; readonly outcomes: readonly VendOutcome[] }>;
  /** Uses a candidate all the time in the first `processes`, until an instant. */
  load(
    call: Omit<LoadCall, "id" | "delayMs">,
    candidate: CandidateName,
    processes: number,
  ): Promise<readonly LoadOutcome[]>;
  stop(): Promise<void>;
}

const file = path.join(import.meta.dirname, "candidate-process.mjs");
/** How many processes start and warm up together. */
const together = 4;
/** Until every process has got the message that names the instant. */
const noticeMs = 60;

/** Starts the processes, a few at a time, and warms them up: what a candidate loads and connects on first use is there. */
export async function startPool(
  world: BenchWorld,
  size: number,
  candidates: readonly CandidateName[],
): Promise<Pool> {
  const variables = world.variables();
  const options = {
    storeUrl: variables["AWS_ENDPOINT_URL_DYNAMODB"] ?? "",
    bundle: bundleFile("vend-token"),
  };
  const all: CalledProcess[] = [];
  while (all.length < size) {
    const some = Array.from({ length: Math.min(together, size - all.length) }, () =>
      startCalledProcess(file, variables),
    );
    all.push(...(await Promise.all(some)));
  }
  for (const candidate of candidates) {
    const call: OpenCall = { id: candidate.id, module: moduleOf(candidate), options };
    await Promise.all(all.map((one) => one.call("open", call)));
  }

  const pool: Pool = {
    async burst({ id }, connection, processes, calls = 1) {
      const begunAt = performance.timeOrigin + performance.now() + noticeMs;
      const call: BurstCall = { id, connection, atEpochMs: begunAt, calls };
      const chosen = all.slice(0, processes);
      const outcomes = await Promise.all(
        chosen.map((one) => one.call<readonly VendOutcome[]>("burst", call)),
      );
      return { begunAt, outcomes: outcomes.flat() };
    },
    load: (call, { id }, processes) =>
      Promise.all(
        all.slice(0, processes).map((one, at) => {
          const delayMs = (at / processes) * call.pauseMs;
          return one.call<LoadOutcome>("load", { ...call, id, delayMs } satisfies LoadCall);
        }),
      ),
    stop: () => stopAll(all),
  };
  await warmUp(world, all, candidates);
  return pool;
}

/** Each candidate vends twice in each process, for connections of its own: nobody waits for another process. */
async function warmUp(
  world: BenchWorld,
  processes: readonly CalledProcess[],
  candidates: readonly CandidateName[],
): Promise<void> {
  for (const { id } of [...candidates, ...candidates]) {
    for (let at = 0; at < processes.length; at += together) {
      const some = processes.slice(at, at + together);
      const connections = await world.createConnections(some.length);
      const vend = (one: CalledProcess, index: number) =>
        one.call("burst", { id, connection: connections[index], atEpochMs: 0, calls: 1 });
      await Promise.all(some.map(vend));
    }
  }
}
