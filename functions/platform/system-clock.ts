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
  timeout,
};

const timeIsUp = new DOMException("The time is up.", "TimeoutError");

/** As `AbortSignal.any` and `AbortSignal.timeout` would, in a quarter of their CPU time: every request has one. */
function timeout(ms: number, parent: AbortSignal): AbortSignal {
  if (parent.aborted) return parent;
  const controller = new AbortController();
  const end = (reason: unknown) => {
    clearTimeout(timer);
    parent.removeEventListener("abort", endWithParent);
    controller.abort(reason);
  };
  const endWithParent = () => end(parent.reason);
  const timer = setTimeout(end, Math.max(0, Math.ceil(ms)), timeIsUp).unref();
  parent.addEventListener("abort", endWithParent);
  return controller.signal;
}
