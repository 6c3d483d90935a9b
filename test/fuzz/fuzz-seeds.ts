import { Worker } from "node:worker_threads";
import type { Border } from "./border.ts";
import { newHeartbeat, readHeartbeat } from "./heartbeat.ts";
import type { TriedSeed } from "./try-seed.ts";
import { borderOf, inputOf } from "./try-seed.ts";

/** Where borders are exported: a thread cannot be handed them. */
export interface BordersAddress {
  readonly module: string;
  readonly name: string;
}

export async function bordersAt({ module, name }: BordersAddress): Promise<readonly Border[]> {
  const exported = (await import(module)) as Readonly<Record<string, readonly Border[]>>;
  return exported[name] ?? [];
}

export interface FuzzJob {
  readonly borders: BordersAddress;
  readonly seed: number;
  /** The first seed that is not played. */
  readonly end: number;
  readonly stride: number;
  readonly heartbeat: SharedArrayBuffer;
}

export type FuzzMessage = { readonly tried: TriedSeed } | { readonly done: true };

export interface FuzzOptions {
  readonly borders: BordersAddress;
  readonly seed: number;
  readonly inputs: number;
  readonly threads?: number;
  /** One input that takes longer never ends, and its thread is ended. */
  readonly stuckAfterMs?: number;
}

/** Much longer than any wait for an answer, on a machine with other work too. */
const defaultStuckAfterMs = 60_000;

/** Plays the seeds from `seed` on, and tells each result. */
export async function fuzzSeeds(
  { borders: address, seed, inputs, threads = 1, stuckAfterMs = defaultStuckAfterMs }: FuzzOptions,
  onTried: (tried: TriedSeed) => void,
): Promise<void> {
  const borders = await bordersAt(address);
  const end = seed + inputs;
  const shares = Array.from({ length: threads }, async (_, at) => {
    let next: number | null = seed + at;
    while (next !== null && next < end) {
      const job = { borders: address, seed: next, end, stride: threads, heartbeat: newHeartbeat() };
      const stuckAt = await playInThread(job, stuckAfterMs, onTried);
      if (stuckAt !== null) onTried(stuckSeed(borders, stuckAt, stuckAfterMs));
      next = stuckAt === null ? null : stuckAt + threads;
    }
  });
  await Promise.all(shares);
}

/** Null when all seeds were played; the seed whose input never ends. */
async function playInThread(
  job: FuzzJob,
  stuckAfterMs: number,
  onTried: (tried: TriedSeed) => void,
): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const thread = new Worker(new URL("./fuzz-thread.ts", import.meta.url), { workerData: job });
  const watch = setInterval(() => {
    const { seed, at } = readHeartbeat(job.heartbeat);
    if (at > 0 && Date.now() - at > stuckAfterMs) resolve(seed);
  }, stuckAfterMs / 10);
  thread.on("message", (message: FuzzMessage) => {
    if ("tried" in message) onTried(message.tried);
    else resolve(null);
  });
  thread.on("error", reject);
  thread.on("exit", (code) => reject(new Error(`A thread ended early, with code ${code}.`)));
  try {
    return await promise;
  } finally {
    clearInterval(watch);
    await thread.terminate();
  }
}

function stuckSeed(borders: readonly Border[], seed: number, stuckAfterMs: number): TriedSeed {
  const border = borderOf(borders, seed).name;
  const why = `no end within ${stuckAfterMs / 1000} s; its thread was ended, and the input is not shrunk`;
  const failed = { verdict: "hang", why, seed, border, input: inputOf(borders, seed) } as const;
  return { border, failed, cpuMs: stuckAfterMs };
}
