import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { Breakage } from "../support/breakage.ts";
import type { Act, Ending, TimedAct } from "./acts.ts";
import { Actor } from "./acts.ts";
import type { Answer } from "./answers.ts";
import { exploredDependencies } from "./explored-dependencies.ts";
import type { ExploredProcess } from "./explored-process.ts";
import type { ExploredFault } from "./faults.ts";
import { possibleFaults } from "./faults.ts";
import { isHeldBy } from "./record-lens.ts";
import type { Pending, SentCounts, Touch } from "./request.ts";
import { isTableWrite } from "./request.ts";
import { stateOf } from "./run-state.ts";
import type { Nature, WorldState } from "./world.ts";
import { ExploredWorld } from "./world.ts";

/** One thing that may happen next. */
export interface Option {
  readonly process: string;
  readonly request: string;
  readonly fault: ExploredFault | null;
  /** Nobody waits for its answer any more. */
  readonly isStray: boolean;
  /** How many steps had been taken when it became possible. */
  readonly since: number;
}

/** More steps than any run needs that ends. */
const maxSteps = 2000;
const maxTurns = 200;

/** One history, step by step, as somebody else decides. */
export class ExploredRun {
  readonly world: ExploredWorld;
  readonly #breakage: Breakage;
  readonly #actors = new Map<string, Actor>();
  readonly #told: string[] = [];
  #parts: TimedAct[];
  readonly #delaysMs: Delays;
  readonly #twins: readonly string[];
  readonly #faults: ReadonlySet<ExploredFault> | null;
  readonly #onAnswer: (answer: Answer) => void;

  constructor(
    nature: Nature,
    begin: WorldState,
    parts: readonly TimedAct[],
    options: RunOptions = {},
  ) {
    const { breakage = {}, hasTimeline = false, delaysMs = {}, twins = [], faults } = options;
    this.world = new ExploredWorld(nature, begin, hasTimeline);
    this.#breakage = breakage;
    this.#parts = [...parts];
    this.#delaysMs = delaysMs;
    this.#faults = faults ? new Set(faults) : null;
    this.#twins = twins;
    this.#onAnswer = options.onAnswer ?? (() => {});
  }

  get violations(): readonly string[] {
    return this.world.promises.violations;
  }

  /** Whether anything may happen before time passes. */
  isReady(): boolean {
    return this.world.processes.some((process) =>
      process.pending.some((each) => this.#mayCome(process, each)),
    );
  }

  #mayCome({ frozenUntil }: ExploredProcess, { readyAt, isLost, isAbandoned }: Pending): boolean {
    const isHeldUp = isLost || (frozenUntil !== null && !isAbandoned);
    return readyAt <= this.world.now && !isHeldUp;
  }

  /** What may happen now. */
  options(withFaults: boolean): Option[] {
    return this.world.processes.flatMap((process) => this.#optionsOf(process, withFaults));
  }

  #optionsOf(process: ExploredProcess, withFaults: boolean): Option[] {
    const { name, pending } = process;
    const ready = pending.filter((each) => this.#mayCome(process, each));
    const [first] = ready.filter(({ isAbandoned }) => !isAbandoned);
    return ready.flatMap((each): Option[] => {
      if (each !== first && !each.isAbandoned) return [];
      if (this.#isMirrored(process, each)) return [];
      const { id, isAbandoned, sentAtStep } = each;
      const step = { process: name, request: id, isStray: isAbandoned, since: sentAtStep };
      const faults = withFaults ? possibleFaults(each) : [];
      const possible = faults.filter((fault) => this.#faults?.has(fault) ?? true);
      return [null, ...possible].map((fault) => ({ ...step, fault }));
    });
  }

  /**
   * Processes that do the same may change places, so that one of them may always write first. Where another one would,
   * the run is the mirror image of one that is explored anyway.
   */
  #isMirrored({ name, hasWritten }: ExploredProcess, pending: Pending): boolean {
    const before = this.#twins[this.#twins.indexOf(name) - 1];
    if (before === undefined || hasWritten || !isWrite(pending)) return false;
    return !this.world.process(before).hasWritten;
  }

  /** What it touched. What is repeated has been compared with the protocol's transitions before. */
  async take(
    { process: name, request, fault }: Option,
    isRepeated = false,
  ): Promise<readonly Touch[]> {
    const process = this.world.process(name);
    this.world.isRepeating = isRepeated;
    this.world.step += 1;
    const pending = process.pending.find(({ id }) => id === request);
    if (!pending) throw new Error(`There is no request ${request} to go on with.`);
    const touches = this.#take(process, pending, fault);
    const isFirstWrite = this.#twins.includes(name) && isWrite(pending) && !process.hasWritten;
    if (isFirstWrite) process.hasWritten = true;
    await this.settle();
    const { promises, step } = this.world;
    promises.require(step < maxSteps, "P3: processes keep each other busy for ever");
    return isFirstWrite ? [...touches, { of: "twins", isWrite: true }] : touches;
  }

  #take(process: ExploredProcess, pending: Pending, fault: ExploredFault | null): readonly Touch[] {
    if (fault === null) return this.#perform(process, pending, null);
    const { promises } = this.world;
    this.world.hadFault = true;
    // Delays alone keep nobody from anything, as long as nobody gives up.
    if (keepsFromActing.has(fault) && pending.request.to === "table") {
      promises.disturbed(process.name);
    }
    const until = this.#delayedUntil(process, fault);
    const touches = happensFirst.has(fault) ? this.#perform(process, pending, fault) : [];
    if (!happensFirst.has(fault)) this.#tell(process, pending, () => `[${fault}]`);
    this.#goWrong(process, pending, fault, until);
    const leases = delays.has(fault) ? this.#leaseTouches() : [];
    return [...touches, ...pending.request.dependsOn, ...leases];
  }

  /** The effect, and its answer where nothing goes wrong with that. */
  #perform(
    process: ExploredProcess,
    pending: Pending,
    fault: ExploredFault | null,
  ): readonly Touch[] {
    if (fault === "repeated") pending.request.perform();
    const effect = pending.effect ?? pending.request.perform();
    pending.effect = effect;
    const what = fault === null ? "" : ` [${fault}]`;
    this.#tell(process, pending, () => `${effect.tell()}${what}`);
    if (fault === null || fault === "repeated") process.deliver(pending, effect);
    return effect.touches;
  }

  #goWrong(process: ExploredProcess, pending: Pending, fault: ExploredFault, until: number): void {
    switch (fault) {
      case "refused":
        process.fail(pending, "refused");
        break;
      case "lost":
        process.fail(pending, "unanswered");
        break;
      case "crash":
        process.crash();
        break;
      case "silence":
        pending.isLost = true;
        break;
      case "freeze":
      case "stall":
        pending.readyAt = until;
        process.freeze(until);
        break;
      case "slow":
        pending.readyAt = until;
        break;
      case "stray":
        pending.readyAt = until;
        // To whom a request to the table is lost, the SDK says so; a call to a provider is waited for.
        if (pending.request.to === "table") process.giveUp(pending);
        break;
      case "repeated":
    }
  }

  /** How long something is delayed depends on whose lease a record has. */
  #leaseTouches(): Touch[] {
    return this.world
      .records()
      .map(({ connection }) => ({ of: `table ${connection}`, isWrite: false }));
  }

  #tell(process: ExploredProcess, { request }: Pending, result: () => string): void {
    this.world.note(() => `${process.name} ${request.what}: ${result()}`);
  }

  /** What is delayed comes when the lease of its process may be taken over, or as the scenario says. */
  #delayedUntil({ name }: ExploredProcess, fault: ExploredFault): number {
    const { now, leaseMs } = this.world;
    const delayMs = this.#delaysMs[fault];
    if (delayMs !== undefined) return now + delayMs;
    const held = this.world.records().find((record) => isHeldBy(record, name));
    const end = held?.lease?.until.getTime() ?? 0;
    // Who begins later has not watched the lease, and tolerates other clocks.
    const toleranceMs = this.#parts.some(({ at }) => at >= end) ? maxClockSkewMs : 0;
    return end + toleranceMs > now ? end + toleranceMs : now + leaseMs + maxClockSkewMs;
  }

  /** Lets time pass until something may happen; false when nothing ever will. */
  async passTime(): Promise<boolean> {
    for (;;) {
      const next = this.#nextInstant();
      if (next === Number.POSITIVE_INFINITY || this.violations.length > 0) return false;
      this.world.now = Math.max(this.world.now, next);
      for (const process of this.world.processes) process.passTime();
      this.#begin();
      await this.settle();
      if (this.isReady()) return true;
    }
  }

  #nextInstant(): number {
    const { now, processes } = this.world;
    const parts = this.#parts.map(({ at }) => at);
    const instants = processes.map((process) => process.nextInstant());
    const delayed = processes.flatMap(({ pending }) =>
      pending
        .filter(({ readyAt, isLost }) => !isLost && readyAt > now)
        .map(({ readyAt }) => readyAt),
    );
    return Math.min(Number.POSITIVE_INFINITY, ...parts, ...instants, ...delayed);
  }

  #begin(): void {
    const { now } = this.world;
    const due = this.#parts.filter(({ at }) => at <= now);
    this.#parts = this.#parts.filter(({ at }) => at > now);
    for (const part of due) {
      if (!this.world.process(part.process).isCrashed) void this.#playPart(part);
    }
  }

  async #playPart({ process: name, act, account, label }: TimedAct): Promise<void> {
    const { world } = this;
    const process = world.process(name);
    const [begunAt, sent] = [world.now, { ...process.sent }];
    const ending = await this.play(name, act, account);
    const requests = sentSince(sent, process.sent);
    const tookMs = world.now - begunAt;
    this.#onAnswer({ of: label, ending, isCalm: !world.hadFault, tookMs, requests });
  }

  async play(process: string, act: Act, account: string): Promise<Ending> {
    this.world.note(() => `${process} begins: ${act.does} ${account}`);
    const ending = await this.#actor(process).play(act, account);
    this.#told.push(`${process}: ${"vended" in ending ? ending.vended : ending.code}`);
    return ending;
  }

  #actor(name: string): Actor {
    const known = this.#actors.get(name);
    if (known) return known;
    const process = this.world.process(name);
    const ports = exploredDependencies(this.world, process, this.#breakage);
    const deps = this.#breakage.deps?.(ports.dependencies) ?? ports.dependencies;
    const actor = new Actor(this.world, process, deps, ports);
    this.#actors.set(name, actor);
    return actor;
  }

  /** Runs all code until it waits for something. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < maxTurns; turn += 1) {
      await new Promise<void>(process.nextTick);
      if (!this.#stir()) return;
    }
    this.world.promises.require(false, "P3: a process goes round without waiting for anything");
  }

  #stir(): boolean {
    let isStirred = false;
    for (const process of this.world.processes) {
      if (process.abortWaiting()) isStirred = true;
      if (!process.hasDueTimers()) continue;
      process.passTime();
      isStirred = true;
    }
    return isStirred;
  }

  /** Everything that the rest of the run depends on. */
  state(): string {
    return stateOf(this.world, this.#parts);
  }

  /** The state, and what everybody was told. */
  outcome(): string {
    return `${this.state()} ${this.#told.toSorted().join(", ")}`;
  }
}

/** Faults after the effect. */
const happensFirst: ReadonlySet<ExploredFault> = new Set([
  "lost",
  "repeated",
  "crash",
  "stall",
  "slow",
]);
const delays: ReadonlySet<ExploredFault> = new Set(["freeze", "stall", "slow", "stray"]);
/** Faults that may keep a process from doing what it should. */
const keepsFromActing: ReadonlySet<ExploredFault> = new Set([
  "refused",
  "lost",
  "crash",
  "stray",
  "silence",
]);

/** How long a fault delays something, where that is not until the end of a lease. */
export type Delays = Readonly<Partial<Record<ExploredFault, number>>>;

export function alwaysDelayed(ms: number): Delays {
  return Object.fromEntries([...delays].map((fault) => [fault, ms]));
}

interface RunOptions {
  readonly breakage?: Breakage;
  readonly hasTimeline?: boolean;
  readonly delaysMs?: Delays;
  /** The faults that there are. Default: all. */
  readonly faults?: readonly ExploredFault[] | undefined;
  /** Processes that do the same from the same instant on. */
  readonly twins?: readonly string[];
  /** Told how each part of the scenario ends. */
  readonly onAnswer?: (answer: Answer) => void;
}

function sentSince(before: SentCounts, now: SentCounts): SentCounts {
  const counts = Object.entries(now).map(
    ([kind, count]) => [kind, count - (before[kind] ?? 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function isWrite({ request }: Pending): boolean {
  return isTableWrite(request);
}
