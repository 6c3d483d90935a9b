import type { Clock } from "../../functions/model/clock.ts";
import type { CorrectedClock } from "../../functions/platform/corrected-clock.ts";
import { correctedClock } from "../../functions/platform/corrected-clock.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What befalls a process at one of its awaits, counted from its start. */
export interface Fate {
  readonly crashAtStep: number | null;
  readonly pauseAtStep: number | null;
  readonly pauseMs: number;
}

/** `requestTimeout` of functions/compose.ts. */
const awsTimeoutMs = 1000;

/** One for all: most of them reach nobody any more, and a stack would cost more than all else here. */
const timedOut = new Error("timed out");

/** One simulated process: a machine's clock, which AWS's answers correct, and awaits at which it may crash or freeze. */
export class SimulatedProcess {
  readonly name: string;
  isCrashed = false;
  /** When AWS answered it last. */
  answeredAt = 0;
  wasPaused = false;
  /** It writes as an earlier release did, and believes its machine's clock. */
  readonly isEarlier: boolean;
  /** How far its machine's clock is ahead of true time; it may step. */
  skewMs: number;
  /** What its machine's clock does at one of its awaits. */
  jump: { readonly atStep: number; readonly skewMs: number } | null = null;
  /** How far its clock has jumped so far, and was corrected. */
  steppedMs = 0;
  readonly clock: CorrectedClock;
  readonly #time: VirtualTime;
  readonly #fate: Fate;
  #steps = 0;
  #frozenUntil = 0;

  constructor(
    name: string,
    time: VirtualTime,
    skewMs: number,
    fate: Fate,
    isEarlier: boolean,
    onCorrection: (process: SimulatedProcess, byMs: number) => void,
  ) {
    this.name = name;
    this.#time = time;
    this.skewMs = skewMs;
    this.#fate = fate;
    this.isEarlier = isEarlier;
    const machine = this.#machine;
    const corrected = () =>
      correctedClock(machine, (byMs) => {
        this.steppedMs += Math.abs(byMs);
        onCorrection(this, byMs);
      });
    this.clock = isEarlier ? { ...machine, observe: () => {} } : corrected();
  }

  readonly #machine: Clock = {
    now: () => new Date(this.#time.now + this.skewMs),
    countdown: (ms) => {
      const end = this.#time.now + ms;
      return () => end - this.#time.now;
    },
    sleep: (ms, signal) => this.io(ms, signal),
    timeout: (ms, parent) => this.#timeout(ms, parent),
  };

  /** How far its clock, as corrected, is ahead of true time. */
  get aheadMs(): number {
    return this.clock.now().getTime() - this.#time.now;
  }

  /**
   * AWS does `act` and answers, stating the time, which the clock is told as in functions/compose.ts. A process that
   * freezes with the answer has heard the time before; to one that thaws too late the SDK says that it has timed out.
   */
  async askAws<T>(ms: number, act: () => T, signal?: AbortSignal): Promise<T> {
    const [begunAt, sentAt] = [this.#time.now, this.clock.now()];
    await this.io(ms / 2, signal);
    const answer = act();
    const stated = new Date(Math.floor(this.#time.now / 1000) * 1000);
    let isHeard = false;
    const hear = () => {
      const isAwake = this.#time.now >= this.#frozenUntil;
      if (isHeard || !isAwake || signal?.aborted || this.#time.now - begunAt > awsTimeoutMs) return;
      isHeard = true;
      this.clock.observe(stated, sentAt, this.clock.now());
    };
    this.#time.after(ms / 2, hear);
    await this.io(ms / 2, signal);
    hear();
    if (!isHeard) throw timedOut;
    this.answeredAt = this.#time.now;
    return answer;
  }

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
    if (this.#steps === this.jump?.atStep) {
      this.steppedMs += Math.abs(this.jump.skewMs - this.skewMs);
      this.skewMs = this.jump.skewMs;
    }
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
