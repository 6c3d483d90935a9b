import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../model/clock.ts";

/** The machine's clock and timers. */
export const systemClock: Clock = {
  now: () => new Date(),
  countdown: (ms) => {
    const end = performance.now() + ms;
    return () => end - performance.now();
  },
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
  timeout: (ms, parent) =>
    AbortSignal.any([parent, AbortSignal.timeout(Math.max(0, Math.ceil(ms)))]),
};
