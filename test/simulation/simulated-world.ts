import type { VendingError } from "../../functions/model/errors.ts";
import { maxLeaseMs } from "../../functions/model/time-limits.ts";
import type { Breakage } from "../support/breakage.ts";
import { SimulatedCallers } from "./simulated-callers.ts";
import { walkForNotices } from "./simulated-notices.ts";
import { calm, SimulatedPeople } from "./simulated-people.ts";
import type { SimulatedConnection, TableWrite } from "./simulated-stage.ts";
import { SimulatedStage } from "./simulated-stage.ts";
import { statusPageFaults } from "./status-page.ts";

/** What one seed came to; the same seed gives the same result, to the letter. */
export interface Run {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly vends: number;
  readonly problems: number;
  readonly calls: number;
  readonly timeline: readonly string[];
  readonly writes: readonly TableWrite[];
  /** How often each transition of the protocol was taken. */
  readonly taken: ReadonlyMap<string, number>;
}

const hourMs = 3_600_000;

/** Table, secrets, keys, providers, processes, people and operators of one seed, in virtual time. */
export class SimulatedWorld {
  readonly #seed: number;
  readonly #world: SimulatedStage;
  readonly #people: SimulatedPeople;
  readonly #callers: SimulatedCallers;

  constructor(seed: number, breakage: Breakage) {
    this.#seed = seed;
    this.#world = new SimulatedStage(seed, breakage);
    this.#people = new SimulatedPeople(this.#world);
    this.#callers = new SimulatedCallers(this.#world, this.#people);
  }

  async play(): Promise<void> {
    const { processes, horizonMs, ticksAt, trouble } = this.#world.scenario;
    const { wrongClock } = trouble;
    for (const [index, script] of processes.entries()) {
      const { fate, skewMs } = script;
      const isEarlier = index === trouble.earlierProcess;
      const process = this.#world.startProcess(`p${index}`, fate, skewMs, isEarlier);
      if (index === wrongClock?.process) this.#world.hasWrongClock(process, wrongClock);
      const { stepsTo } = script;
      if (stepsTo) {
        this.#world.time.after(stepsTo.atMs, () => {
          process.skewMs = stepsTo.skewMs;
        });
      }
      const asking = this.#callers.asking(process, script.realm, script.startsAt);
      for (const ask of script.asks) this.#world.time.after(ask.atMs, () => void asking(ask));
    }
    this.#people.play();
    const end = Math.max(horizonMs, ...ticksAt) + 60_000;
    await this.#world.time.runUntil(this.#world.begun + end);
    const thawn = Math.max(...this.#world.processes.map(({ frozenUntil }) => frozenUntil));
    if (thawn > this.#world.time.now) await this.#world.time.runUntil(thawn + 60_000);
    await this.#lookAtStatus();
    await this.#healAll();
    await this.#lookAtStatus();
    await this.#tellOfEnds();
    // What was begun has ended by now.
    await this.#world.time.runUntil(this.#world.time.now + 60_000);
    this.#world.violations.push(...this.#world.heard.unnamed(this.#world.time.now));
  }

  result(): Run {
    const ofConnections = this.#world.connections.flatMap(({ id, invariants }) =>
      invariants.violations.map(({ message }) => `${id}: ${message}`),
    );
    return {
      seed: this.#seed,
      violations: [...this.#world.violations, ...ofConnections],
      vends: this.#callers.vends,
      problems: this.#people.problems,
      calls: this.#world.connections.reduce((sum, { invariants }) => sum + invariants.calls, 0),
      timeline: this.#world.timeline,
      writes: this.#world.writes,
      taken: this.#world.replay.taken,
    };
  }

  async #lookAtStatus(): Promise<void> {
    this.#world.violations.push(...(await statusPageFaults(this.#world)));
  }

  async #healAll(): Promise<void> {
    this.#world.faultsOn = false;
    void this.#people.thawAll();
    await this.#pass(6000);
    // A key that was reported stays refused until there is another: the one thing that heals only by a person.
    if (this.#world.scenario.realms.some(({ policy }) => policy.renewal === "on-rotation")) {
      this.#world.rotate(0);
    }
    const refused = new Set<SimulatedConnection>();
    for (const connection of this.#world.connections) {
      const why = await this.#heal(connection);
      if (why === "scope-conflict") refused.add(connection);
      else if (why) connection.invariants.notHealed(why);
    }
    for (const connection of refused) {
      const isServed = this.#world.connections.some(
        (other) => other.provider === connection.provider && !refused.has(other),
      );
      if (!isServed) connection.invariants.notHealed("scope-conflict for every connection");
    }
  }

  /** Once nothing fails any more, a new process gets a token: after what it is told to wait for, and no later. */
  async #heal(connection: SimulatedConnection): Promise<string | null> {
    const { realm } = connection;
    const process = this.#world.startProcess(`healthy-${connection.account}`, calm);
    const healthy = this.#callers.asking(process, realm, Number.POSITIVE_INFINITY);
    const index = this.#world.connections.indexOf(connection);
    const manner = "uses" as const;
    const ask = { atMs: 0, connection: index, minValiditySeconds: 0, patienceMs: 25_000, manner };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const outcomes: (VendingError | "vended")[] = [];
      void healthy(ask).then((end) => outcomes.push(end));
      await this.#pass(26_000);
      const [outcome] = outcomes;
      if (outcome === "vended") return null;
      if (!outcome) return "no answer";
      const pauseMs = this.#healingMs(connection, outcome);
      if (pauseMs === null) return outcome.code;
      await this.#pass(pauseMs);
    }
    return "still no token";
  }

  /** How long a problem takes to heal by what it says; null: it does not. */
  #healingMs(connection: SimulatedConnection, problem: VendingError): number | null {
    if (problem.code === "frozen") {
      // A freeze may have reached the table late.
      void this.#people.thawAll();
      return 6000;
    }
    if (problem.code === "consent-required") {
      void this.#people.consent(connection);
      return 8000;
    }
    if (problem.code === "scope-conflict") return null;
    const { retryAfterSeconds } = problem;
    if (retryAfterSeconds === null) return null;
    // Nobody else acts any more: what is waited for is one lease at most, whatever clock has written it.
    const isLonger = retryAfterSeconds * 1000 > maxLeaseMs + 1000;
    return problem.code === "renewal-in-progress" && isLonger ? null : retryAfterSeconds * 1000;
  }

  /** An hour later, and when every consent has ended that is not extended any more. */
  async #tellOfEnds(): Promise<void> {
    for (const ms of [hourMs, 30 * 24 * hourMs]) {
      await this.#pass(ms);
      await walkForNotices(this.#world);
    }
  }

  #pass(ms: number): Promise<void> {
    return this.#world.time.runUntil(this.#world.time.now + ms);
  }
}
