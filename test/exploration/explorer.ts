import type { Touch } from "./request.ts";
import { commute } from "./request.ts";

/** One thing that may happen next, of several. */
export interface Choice {
  readonly process: string;
  readonly request: string;
  readonly fault: string | null;
  /** How many steps had been taken when it became possible. */
  readonly since: number;
}

/** One history under the explorer's control: it is begun again for each order that is tried. */
export interface ControlledRun<C extends Choice> {
  /** Whether something may happen before time passes. */
  isReady(): boolean;
  /** What may happen. */
  options(withFaults: boolean): readonly C[];
  /** `isRepeated`: an earlier run has taken the same steps up to this one. */
  take(choice: C, isRepeated: boolean): Promise<readonly Touch[]>;
  /** False when nothing will ever happen again. */
  passTime(): Promise<boolean>;
  /** Everything that the rest of the history depends on. */
  state(): string;
  /** The state, and what everybody was told. */
  outcome(): string;
  /** What is to be asked when nothing happens any more. */
  finish(): Promise<void>;
  readonly violations: readonly string[];
}

/**
 * What is not explored again: interleavings that only swap steps which commute, and besides what follows a state in which
 * an earlier run has been.
 */
export type Reduction = "none" | "partial order" | "partial order and states";

export interface Limits {
  /** The fault budget of one run. */
  readonly faults: number;
  readonly maxRuns: number;
  readonly reduction: Reduction;
  /** Told after each run how many there have been. */
  onRun?(runs: number): void;
}

export interface Exploration<C> {
  readonly runs: number;
  /** Runs that ended where every next step was asleep: another run has explored it. */
  readonly blocked: number;
  /** Runs that ended in a state in which another had been. */
  readonly merged: number;
  readonly states: number;
  /** Every interleaving within the fault budget was tried. */
  readonly isExhausted: boolean;
  readonly counterexample: Counterexample<C> | null;
  readonly outcomes: ReadonlySet<string>;
}

export interface Counterexample<C> {
  readonly violations: readonly string[];
  readonly choices: readonly C[];
  readonly run: number;
}

/** Runs leave the event loop no turn: whoever else waits in this process gets one now and then. */
const runsPerTurn = 100;

/** What has happened at one step since time last passed. */
interface Event<C> {
  readonly choice: C;
  readonly touches: readonly Touch[];
  /** The steps of the same instant that it depends on, as bits. */
  readonly after: bigint;
}

/** How far the present run has come: steps taken, the step with which the instant began, and the rest of the budget. */
interface Position {
  at: number;
  instant: number;
  faultsLeft: number;
}

/** One step of the present run, and what else is to be tried there. */
interface Frame<C> {
  readonly options: readonly C[];
  /** The step with which its instant began. */
  readonly instant: number;
  /** Choices whose outcomes were explored before, and still commute with all that has happened since. */
  readonly asleep: Map<string, Event<C>>;
  /** The requests to be tried here. */
  readonly wanted: Set<string>;
  event: Event<C> | null;
  choice: C;
}

/**
 * Depth-first over all orders of requests, up to those that only swap steps which commute: source sets and sleep sets
 * (Abdulla, Aronsson, Jonsson, Sagonas: Optimal Dynamic Partial Order Reduction, POPL 2014). A step of one process is one
 * request with its answer. When time passes everybody sees it, so that races are between steps of one instant only; and
 * between two instants, where nothing is asleep, a state in which an earlier run has been is not explored again.
 */
export class Explorer<C extends Choice> {
  readonly #begin: () => ControlledRun<C>;
  readonly #limits: Limits;
  /** States between two instants, with the number of faults that were left. */
  readonly #visited = new Map<string, number>();
  readonly #outcomes = new Set<string>();
  #frames: Frame<C>[] = [];
  #runs = 0;
  #blocked = 0;
  #merged = 0;

  constructor(begin: () => ControlledRun<C>, limits: Limits) {
    this.#begin = begin;
    this.#limits = limits;
  }

  async explore(): Promise<Exploration<C>> {
    do {
      if (this.#runs === this.#limits.maxRuns) return this.#result(false, null);
      const run = this.#begin();
      await this.#play(run);
      this.#runs += 1;
      this.#limits.onRun?.(this.#runs);
      if (this.#runs % runsPerTurn === 0) await new Promise(setImmediate);
      if (run.violations.length > 0) {
        const { violations } = run;
        const choices = this.#frames.map(({ choice }) => choice);
        return this.#result(false, { violations, choices, run: this.#runs });
      }
    } while (this.#backtrack());
    return this.#result(true, null);
  }

  get #triesAll(): boolean {
    return this.#limits.reduction === "none";
  }

  #result(isExhausted: boolean, counterexample: Counterexample<C> | null): Exploration<C> {
    const counts = { runs: this.#runs, blocked: this.#blocked, merged: this.#merged };
    const states = this.#visited.size;
    return { ...counts, states, isExhausted, counterexample, outcomes: this.#outcomes };
  }

  /** Repeats what was decided and goes on from there, until nothing is left to happen or nothing new can come. */
  async #play(run: ControlledRun<C>): Promise<void> {
    const position = { at: 0, instant: 0, faultsLeft: this.#limits.faults };
    for (const frame of this.#frames) {
      position.instant = frame.instant;
      if (frame.instant === position.at) await run.passTime();
      await this.#take(run, frame, position);
    }
    for (let goesOn = true; goesOn && run.violations.length === 0; ) {
      goesOn = await this.#advance(run, position);
    }
  }

  async #advance(run: ControlledRun<C>, position: Position): Promise<boolean> {
    if (!run.isReady()) {
      position.instant = position.at;
      if (!(await this.#passTime(run, position.faultsLeft))) return false;
    }
    const frame = this.#newFrame(run.options(position.faultsLeft > 0), position);
    if (frame) await this.#take(run, frame, position);
    else this.#blocked += 1;
    return frame !== null;
  }

  async #take(run: ControlledRun<C>, frame: Frame<C>, position: Position): Promise<void> {
    const touches = await run.take(frame.choice, frame.event !== null);
    if (frame.choice.fault) position.faultsLeft -= 1;
    if (!frame.event) this.#noteEvent(frame, position.at, touches);
    position.at += 1;
  }

  /** False when there is nothing more to see in this run. */
  async #passTime(run: ControlledRun<C>, faultsLeft: number): Promise<boolean> {
    const goesOn = await run.passTime();
    if (run.violations.length > 0) return false;
    if (this.#wasVisited(run.state(), faultsLeft)) {
      this.#merged += 1;
      return false;
    }
    if (goesOn) return true;
    this.#outcomes.add(run.outcome());
    await run.finish();
    return false;
  }

  #wasVisited(state: string, faultsLeft: number): boolean {
    const before = this.#visited.get(state) ?? -1;
    if (before >= faultsLeft) return this.#limits.reduction === "partial order and states";
    this.#visited.set(state, faultsLeft);
    return false;
  }

  #newFrame(options: readonly C[], { at, instant }: Position): Frame<C> | null {
    const asleep = this.#stillAsleep(at, instant);
    const choice = options.find((option) => !asleep.has(nameOf(option)));
    if (!choice) return null;
    const wanted = new Set([choice.request]);
    if (this.#triesAll) for (const { request } of options) wanted.add(request);
    const frame = { options, instant, asleep, wanted, event: null, choice };
    this.#frames.push(frame);
    return frame;
  }

  /** What slept at the step before and does not depend on what happened there. */
  #stillAsleep(at: number, instant: number): Map<string, Event<C>> {
    const before = this.#frames[at - 1];
    const asleep = new Map<string, Event<C>>();
    if (!before?.event || at === instant || this.#triesAll) return asleep;
    for (const [name, event] of before.asleep) {
      if (!dependent(event, before.event)) asleep.set(name, event);
    }
    return asleep;
  }

  /** Notes what happened, and at which earlier steps the other order is to be tried. */
  #noteEvent(frame: Frame<C>, at: number, touches: readonly Touch[]): void {
    const { choice, instant } = frame;
    const bare: Event<C> = { choice, touches, after: 0n };
    const races: number[] = [];
    let after = 0n;
    for (let i = at - 1; i >= instant; i -= 1) {
      const earlier = this.#frames[i]?.event;
      if (!earlier || after & bit(i - instant) || !dependent(earlier, bare)) continue;
      after |= bit(i - instant) | earlier.after;
      const isRace = earlier.choice.process !== choice.process || choice.since <= i;
      if (isRace) races.push(i);
    }
    frame.event = { choice, touches, after };
    if (!this.#triesAll) for (const i of races) this.#wantReversed(i, at, frame.event);
  }

  /** At step `i`, something that leads to `event` without `i` is to be tried, unless it is already. */
  #wantReversed(i: number, at: number, event: Event<C>): void {
    const frame = this.#frames[i];
    if (!frame) return;
    const initials = this.#initialsWithout(i, frame.instant, at, event);
    if (initials.some((request) => frame.wanted.has(request))) return;
    const [first] = initials;
    if (first !== undefined) frame.wanted.add(first);
  }

  /** The requests that may come first among the steps after `i` that do not depend on it. */
  #initialsWithout(i: number, instant: number, at: number, event: Event<C>): string[] {
    const later = this.#frames.slice(i + 1, at).map((frame) => frame.event);
    let independent = 0n;
    const initials: string[] = [];
    for (const [offset, other] of [...later, event].entries()) {
      const k = i + 1 + offset;
      if (!other || (k < at && other.after & bit(i - instant))) continue;
      if (!(other.after & independent)) initials.push(other.choice.request);
      independent |= bit(k - instant);
    }
    return initials;
  }

  /** The deepest step at which something is left to be tried; false when there is none. */
  #backtrack(): boolean {
    for (let frame = this.#frames.at(-1); frame; frame = this.#frames.at(-1)) {
      if (frame.event) frame.asleep.set(nameOf(frame.choice), frame.event);
      const { wanted, asleep, options } = frame;
      const next = options.find(
        (option) => wanted.has(option.request) && !asleep.has(nameOf(option)),
      );
      if (next) {
        frame.choice = next;
        frame.event = null;
        return true;
      }
      this.#frames.pop();
    }
    return false;
  }
}

function nameOf({ request, fault }: Choice): string {
  return fault ? `${request}!${fault}` : request;
}

function dependent<C extends Choice>(a: Event<C>, b: Event<C>): boolean {
  return a.choice.process === b.choice.process || !commute(a.touches, b.touches);
}

function bit(at: number): bigint {
  return 1n << BigInt(at);
}
