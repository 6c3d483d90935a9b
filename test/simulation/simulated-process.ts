import type { Clock } from "../../functions/model/clock.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What befalls a process at one of its awaits, counted from its start. */
export interface Fate {
  readonly crashAtStep: number | null;
  readonly pauseAtStep: number | null;
  readonly pauseMs: number;
}

/** One for all: most of them reach nobody any more, and a stack would cost more than all else here. */
const timedOut = new Error("timed out");

/** One simulated process: a skewed clock, and awaits at which it may crash or freeze. */
export class SimulatedProcess {
  readonly name: string;
  isCrashed = false;
  wasPaused = false;
  /** It writes as an earlier release did. */
  isEarlier = false;
  /** Added to true time; within the declared bound, and it may step. */
  skewMs: number;
  readonly #time: VirtualTime;
  readonly #fate: Fate;
  #steps = 0;
  #frozenUntil = 0;

  constructor(name: string, time: VirtualTime, skewMs: number, fate: Fate) {
    this.name = name;
    this.#time = time;
    this.skewMs = skewMs;
    this.#fate = fate;
  }

  readonly clock: Clock = {
    now: () => new Date(this.#time.now + this.skewMs),
    countdown: (ms) => {
      const end = this.#time.now + ms;
      return () => end - this.#time.now;
    },
    sleep: (ms, signal) => this.io(ms, signal),
    timeout: (ms, parent) => this.#timeout(ms, parent),
  };

  /** Something outside takes `ms`; afterwards this process goes on, unless its fate or `signal` says otherwise. */
  io(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (finish: () => void) => () => {
        if (isOver) return;
        isOver = true;
        this.#goOn(finish);
      };
      signal?.addEventListener(
        "abort",
        end(() => reject(signal.reason)),
        { once: true },
      );
      if (signal?.aborted) end(() => reject(signal.reason))();
      else this.#time.after(ms, end(resolve));
    });
  }

  /** Something that this process has set off happens outside, whatever becomes of it. */
  later(ms: number, happen: () => void): void {
    this.#time.after(ms, happen);
  }

  /** The instant at which it thaws, if it is frozen. */
  get frozenUntil(): number {
    return this.#frozenUntil;
  }

  #goOn(finish: () => void): void {
    this.#steps += 1;
    if (this.#steps === this.#fate.crashAtStep) this.isCrashed = true;
    if (this.#steps === this.#fate.pauseAtStep) {
      this.wasPaused = true;
      this.#frozenUntil = this.#time.now + this.#fate.pauseMs;
    }
    this.#whenAwake(finish);
  }

  /** A frozen process does nothing until it thaws, its own timers included; a crashed one never again. */
  #whenAwake(act: () => void): void {
    if (this.isCrashed) return;
    const frozenMs = this.#frozenUntil - this.#time.now;
    if (frozenMs > 0) this.#time.after(frozenMs, () => this.#whenAwake(act));
    else act();
  }

  #timeout(ms: number, parent: AbortSignal): AbortSignal {
    const controller = new AbortController();
    const abort = () => controller.abort(timedOut);
    this.#time.after(ms, () => this.#whenAwake(abort));
    if (parent.aborted) abort();
    else parent.addEventListener("abort", abort, { once: true });
    return controller.signal;
  }
}
