import type { Clock } from "../../functions/model/clock.ts";
import { msBetween, plusMs } from "../../functions/model/clock.ts";

/**
 * A clock that only advances by `advance`, `moveTo` and `sleep`, firing the timeouts that become due. Countdowns go on where
 * it is set back.
 */
export class FixedClock implements Clock {
  #now: Date;
  #passedMs = 0;
  #timeouts: { readonly at: Date; readonly abort: () => void }[] = [];
  readonly slept: number[] = [];

  constructor(start: Date) {
    this.#now = start;
  }

  now(): Date {
    return this.#now;
  }

  countdown(ms: number): () => number {
    const end = this.#passedMs + ms;
    return () => end - this.#passedMs;
  }

  advance(ms: number): void {
    this.moveTo(plusMs(this.#now, ms));
  }

  moveTo(instant: Date): void {
    this.#passedMs += Math.max(0, msBetween(this.#now, instant));
    this.#now = instant;
    const due = this.#timeouts.filter(({ at }) => at <= instant);
    this.#timeouts = this.#timeouts.filter(({ at }) => at > instant);
    for (const { abort } of due) abort();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.slept.push(ms);
    const end = plusMs(this.#now, ms);
    // Runs other tasks first. Concurrent sleeps do not add up.
    await new Promise(setImmediate);
    if (end > this.#now) this.moveTo(end);
    signal.throwIfAborted();
  }

  timeout(ms: number, parent: AbortSignal): AbortSignal {
    const controller = new AbortController();
    const abort = () => controller.abort(new Error("time is up"));
    if (ms <= 0) abort();
    else this.#timeouts.push({ at: plusMs(this.#now, ms), abort });
    return AbortSignal.any([parent, controller.signal]);
  }
}
