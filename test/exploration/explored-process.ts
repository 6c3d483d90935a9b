import { hash } from "node:crypto";
import type { Clock } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import type { Effect, Outcome, Pending, Request } from "./request.ts";
import { isTableWrite } from "./request.ts";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

interface Timeout {
  readonly controller: AbortController;
  readonly parent: AbortSignal;
}

interface Sleeper {
  readonly signal: AbortSignal;
  readonly wake: () => void;
  readonly abort: () => void;
}

/** Time and the count of steps, as the whole run has them. */
export interface RunProgress {
  readonly now: number;
  readonly step: number;
  /** Told when a process stops waiting for an answer. */
  gaveUp(process: string, request: Request<unknown>): void;
}

const timedOut = new Error("timed out");

/** One process of the service: code that runs until all of it waits for a request or for time. */
export class ExploredProcess {
  readonly name: string;
  pending: Pending[] = [];
  isCrashed = false;
  hasWritten = false;
  /** Null while it runs. */
  frozenUntil: number | null = null;
  frozenMs = 0;
  /** Use cases that have begun and not ended. */
  running = 0;
  /** Use cases that have begun. */
  acts = 0;
  /** What it last saw at each key of the table. */
  readonly seen = new Map<string, TableItem | undefined>();
  /** The tokens of each connection that were known to be dead when it last looked at the record. */
  readonly knownDead = new Map<string, readonly string[]>();
  /** All that has ever reached it: two processes that heard the same at the same time are in the same state. */
  /** It may take no lease: it could not finish under it. */
  isHurried = false;
  /** It renews for the schedule only. */
  isScheduled = false;
  /** The version of the secret that it read last. */
  latestSecret: string | null = null;
  /** How many requests it has sent, by their kind. */
  readonly sent: Record<string, number> = {};
  readonly #heard: (() => string)[] = [];
  #digest = "";
  readonly #progress: RunProgress;
  #timers: Timer[] = [];
  #timeouts: Timeout[] = [];
  #sleepers: Sleeper[] = [];
  #sent = 0;

  constructor(name: string, progress: RunProgress) {
    this.name = name;
    this.#progress = progress;
  }

  readonly clock: Clock = {
    now: () => new Date(this.#progress.now),
    countdown: (ms) => {
      const end = this.#progress.now + ms;
      return () => end - this.#progress.now;
    },
    sleep: (ms, signal) => this.#sleep(ms, signal),
    timeout: (ms, parent) => this.#timeout(ms, parent),
  };

  /** Of its ticks. */
  readonly memory = new Map<Connection, TokenRecord>();

  send<T>(request: Request<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) return settled(request.failure("unanswered"));
    this.#sent += 1;
    const kind = kindOf(request);
    this.sent[kind] = (this.sent[kind] ?? 0) + 1;
    const id = `${this.name}.${this.#sent}`;
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome<T>) => {
        if ("value" in outcome) resolve(outcome.value);
        else reject(outcome.error);
      };
      this.pending.push({
        id,
        request,
        signal,
        settle,
        sentAtStep: this.#progress.step,
        readyAt: this.#progress.now,
        effect: null,
        isAbandoned: false,
        isLost: false,
      });
    });
  }

  /** Hands what came of a request to the code that waits for it. */
  deliver(pending: Pending, effect: Effect<unknown>): void {
    this.remove(pending);
    if (pending.isAbandoned || this.isCrashed) return;
    this.#hears(() => `${pending.id} ${effect.mark()}`);
    effect.onHeard?.();
    pending.settle(effect.outcome as Outcome<never>);
  }

  fail(pending: Pending, how: "refused" | "unanswered"): void {
    this.remove(pending);
    if (pending.isAbandoned || this.isCrashed) return;
    this.#hears(() => `${pending.id} ${how}`);
    pending.settle(pending.request.failure(how) as Outcome<never>);
  }

  /** All that it has heard, in a few bytes. */
  digest(): string {
    const news = this.#heard.splice(0).map((what) => what());
    if (news.length > 0) this.#digest = hash("sha1", this.#digest + news.join("\n"), "base64");
    return this.#digest;
  }

  #hears(what: () => string): void {
    const { now } = this.#progress;
    this.#heard.push(() => `${what()} @${now}`);
  }

  remove(pending: Pending): void {
    this.pending = this.pending.filter((other) => other !== pending);
  }

  /** What is on its way may still take effect; nothing else is left of it. */
  crash(): void {
    this.isCrashed = true;
    this.running = 0;
    this.frozenUntil = null;
    this.pending = this.pending.filter(({ isAbandoned }) => isAbandoned);
    this.forgetTime();
  }

  forgetTime(): void {
    this.#timers = [];
    this.#timeouts = [];
    this.#sleepers = [];
  }

  /** Its timers stop with it, as the monotonic clock of a stopped machine does; the wall clock goes on. */
  freeze(until: number): void {
    this.frozenUntil = until;
    const frozenMs = until - this.#progress.now;
    this.frozenMs += frozenMs;
    this.#timers = this.#timers.map(({ at, fire }) => ({ at: at + frozenMs, fire }));
  }

  /** The next instant at which something happens to it of itself. */
  nextInstant(): number {
    if (this.frozenUntil !== null) return this.frozenUntil;
    return this.#timers[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Lets happen what is due. */
  passTime(): void {
    const { now } = this.#progress;
    if (this.frozenUntil !== null && this.frozenUntil > now) return;
    this.frozenUntil = null;
    const due = this.#timers.filter(({ at }) => at <= now);
    if (due.length === 0) return;
    this.#timers = this.#timers.slice(due.length);
    this.#fire(due);
  }

  #fire(due: readonly Timer[]): void {
    this.#hears(() => `${due.length} timers`);
    for (const { fire } of due) fire();
  }

  /** Tells whoever waits that its signal was aborted; answers whether there was anybody. */
  abortWaiting(): boolean {
    for (const { controller, parent } of this.#timeouts) {
      if (parent.aborted && !controller.signal.aborted) controller.abort(parent.reason);
    }
    this.#timeouts = this.#timeouts.filter(({ controller }) => !controller.signal.aborted);
    const sleepers = this.#sleepers.filter(({ signal }) => signal.aborted);
    const pending = this.pending.filter(
      ({ signal, isAbandoned }) => signal.aborted && !isAbandoned,
    );
    for (const sleeper of sleepers) sleeper.abort();
    for (const each of pending) this.giveUp(each);
    return sleepers.length + pending.length > 0;
  }

  giveUp(pending: Pending): void {
    const mayLand = pending.effect === null && !pending.isLost && pending.request.hasEffect();
    this.fail(pending, "unanswered");
    pending.isAbandoned = true;
    this.#progress.gaveUp(this.name, pending.request);
    if (mayLand) this.pending.push(pending);
  }

  hasDueTimers(): boolean {
    const [first] = this.#timers;
    return this.frozenUntil === null && first !== undefined && first.at <= this.#progress.now;
  }

  #after(ms: number, fire: () => void): void {
    const timer = { at: this.#progress.now + Math.max(0, ms), fire };
    const later = this.#timers.findIndex(({ at }) => at > timer.at);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        finish();
      };
      const sleeper = {
        signal,
        wake: end(resolve),
        abort: end(() => reject(signal.reason)),
      };
      this.#sleepers.push(sleeper);
      // As timers have it: whole milliseconds, and at least one.
      this.#after(Math.max(1, Math.trunc(ms)), sleeper.wake);
    });
  }

  #timeout(ms: number, parent: AbortSignal): AbortSignal {
    const controller = new AbortController();
    if (parent.aborted) controller.abort(parent.reason);
    else this.#timeouts.push({ controller, parent });
    this.#after(ms, () => controller.abort(timedOut));
    return controller.signal;
  }
}

function kindOf(request: Request<unknown>): string {
  if (request.to !== "table") return request.to;
  return isTableWrite(request) ? "write" : "read";
}

async function settled<T>(outcome: Outcome<T>): Promise<T> {
  if ("value" in outcome) return outcome.value;
  throw outcome.error;
}
