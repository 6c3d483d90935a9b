import { parentPort, workerData } from "node:worker_threads";
import type { FuzzJob, FuzzMessage } from "./fuzz-seeds.ts";
import { bordersAt } from "./fuzz-seeds.ts";
import { heartbeatOf } from "./heartbeat.ts";
import { watchForUncaught } from "./judge.ts";
import { trySeed } from "./try-seed.ts";

/** Plays every `stride`th seed of a job (fuzz-seeds.ts). A thread of its own can be ended when an input never ends. */
const { borders: address, seed: first, end, stride, heartbeat } = workerData as FuzzJob;
const borders = await bordersAt(address);
const beat = heartbeatOf(heartbeat);
watchForUncaught();

for (let seed = first; seed < end; seed += stride) {
  // What one thread reports must be heard, even if the next input never ends.
  say({ tried: await trySeed(borders, seed, () => beat(seed)) });
}
say({ done: true });

function say(message: FuzzMessage): void {
  parentPort?.postMessage(message);
}
