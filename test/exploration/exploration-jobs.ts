import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { ScenarioExploration } from "./scenario.ts";

export interface ExplorationJob {
  readonly scenario: string;
  readonly faults: number;
  readonly maxRuns: number;
  /** The broken variant that is explored instead of the code as it is. */
  readonly variant: string | undefined;
}

export type ThreadMessage =
  | { readonly runs: number }
  | { readonly exploration: ScenarioExploration };

/** Says what is under way, for example on a terminal. */
export type OnProgress = (job: ExplorationJob, runs: number) => void;

/** Explores on all cores, and tells each exploration in the order of the jobs. */
export async function* exploreOnAllCores<Job extends ExplorationJob>(
  jobs: readonly Job[],
  onProgress: OnProgress,
): AsyncGenerator<readonly [Job, ScenarioExploration]> {
  const all = jobs.map((job) => ({ job, ...Promise.withResolvers<ScenarioExploration>() }));
  const waiting: WaitingJob[] = [...all];
  const threads = Math.min(availableParallelism(), jobs.length);
  for (let started = 0; started < threads; started += 1) exploreInThread(waiting, onProgress);
  for (const { job, promise } of all) yield [job, await promise];
}

type WaitingJob = { readonly job: ExplorationJob } & PromiseWithResolvers<ScenarioExploration>;

/** Takes one waiting job after another. */
function exploreInThread(waiting: WaitingJob[], onProgress: OnProgress): void {
  const thread = new Worker(new URL("./exploration-thread.ts", import.meta.url));
  let current = waiting.shift();
  const next = () => (current ? thread.postMessage(current.job) : void thread.terminate());
  thread.on("error", (error) => current?.reject(error));
  thread.on("message", (message: ThreadMessage) => {
    if (current && "runs" in message) onProgress(current.job, message.runs);
    if ("runs" in message) return;
    current?.resolve(message.exploration);
    current = waiting.shift();
    next();
  });
  next();
}
