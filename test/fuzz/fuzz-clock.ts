import type { Clock } from "../../functions/model/clock.ts";
import { plusMs } from "../../functions/model/clock.ts";

/** So much faster than the machine's clock: a provider that stalls costs a fraction of its deadline. */
const speed = 20;

interface Timeout {
  readonly atMs: number;
  readonly timer: NodeJS.Timeout;
  readonly controller: AbortController;
}

/** A clock that runs fast, and at which a sleep takes no time. Its timeouts abort what waits for a socket. */
export class FuzzClock implements Clock {
  readonly #start: Date;
  readonly #startedAt = performance.now();
  readonly #timeouts = new Set<Timeout>();
  #skippedMs = 0;

  constructor(start: Date) {
    this.#start = start;
  }

  now(): Date {
    return plusMs(this.#start, Math.floor(this.#passedMs()));
  }

  countdown(ms: number): () => number {
    const end = this.#passedMs() + ms;
    return () => end - this.#passedMs();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const end = this.#passedMs() + ms;
    // Lets others act meanwhile. Concurrent sleeps do not add up.
    await new Promise(setImmediate);
    this.skip(end - this.#passedMs());
    signal.throwIfAborted();
  }

  timeout(ms: number, parent: AbortSignal): AbortSignal {
    const controller = new AbortController();
    const atMs = this.#passedMs() + Math.max(0, ms);
    const timer = setTimeout(() => this.#fire(timeout), Math.max(0, ms) / speed);
    const timeout: Timeout = { atMs, timer, controller };
    this.#timeouts.add(timeout);
    return AbortSignal.any([parent, controller.signal]);
  }

  /** Moves on, and fires what becomes due. */
  skip(ms: number): void {
    this.#skippedMs += Math.max(0, ms);
    const passedMs = this.#passedMs();
    for (const timeout of this.#timeouts) if (timeout.atMs <= passedMs) this.#fire(timeout);
  }

  stop(): void {
    for (const { timer } of this.#timeouts) clearTimeout(timer);
    this.#timeouts.clear();
  }

  #passedMs(): number {
    return (performance.now() - this.#startedAt) * speed + this.#skippedMs;
  }

  #fire(timeout: Timeout): void {
    clearTimeout(timeout.timer);
    this.#timeouts.delete(timeout);
    timeout.controller.abort(new Error("time is up"));
  }
}
