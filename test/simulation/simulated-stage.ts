import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf, realmOf } from "../../functions/model/connection.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import { freezeTakesMs } from "../../functions/model/time-limits.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import type { Breakage } from "../support/breakage.ts";
import { brokenCommand } from "../support/breakage.ts";
import { HistoryReplay } from "../support/check-transitions.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import { earlierRow, misreadingOf } from "./earlier-rows.ts";
import { HeardTokens } from "./heard-tokens.ts";
import type { Circumstances } from "./invariants.ts";
import { Invariants } from "./invariants.ts";
import type { Scenario } from "./scenario.ts";
import { scenarioOf } from "./scenario.ts";
import { SimulatedGrants } from "./simulated-grants.ts";
import type { Fate } from "./simulated-process.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import { SimulatedProvider } from "./simulated-provider.ts";
import { SimulatedTable } from "./simulated-table.ts";
import type { WrongClock } from "./trouble.ts";
import { mostUncorrectedMs } from "./trouble.ts";
import { seededRandom, VirtualTime } from "./virtual-time.ts";

export const realmIds = [
  { provider: "conferma", environment: "simulated" },
  { provider: "send", environment: "simulated" },
] as const;

/** What a reader of records tolerates between two clocks. */
const mostHarmlessMs = 1000;

/** One connection of the world, with all that concerns it alone. */
export interface SimulatedConnection {
  readonly id: Connection;
  readonly account: string;
  readonly realm: number;
  readonly provider: SimulatedProvider;
  readonly grants: SimulatedGrants;
  readonly invariants: Invariants;
  /** Its row as it has been. */
  readonly pasts: TableItem[];
  isPersonAtWork: boolean;
}

/** A row before and after one write. */
export interface TableWrite {
  readonly pk: string;
  readonly atMs: number;
  readonly before: TableItem | null;
  readonly after: TableItem | null;
}

/** What all parts of one seed's world share. */
export class SimulatedStage {
  readonly random: () => number;
  readonly time = new VirtualTime();
  readonly begun = this.time.now;
  readonly scenario: Scenario;
  readonly table = new SimulatedTable();
  readonly connections: SimulatedConnection[] = [];
  readonly processes: SimulatedProcess[] = [];
  readonly circumstances: Circumstances = {
    hadMishap: false,
    spreadMs: maxClockSkewMs,
    wrongClock: null,
  };
  readonly heard = new HeardTokens();
  readonly replay = new HistoryReplay();
  readonly breakage: Breakage;
  readonly timeline: string[] = [];
  /** Every write to a row, in the order in which they took effect: what the table's stream has. */
  readonly writes: TableWrite[] = [];
  /** Beside those of the connections. */
  readonly violations: string[] = [];
  /** What Secrets Manager holds, and what the providers take. */
  secretVersion = "1";
  goodSecret = "1";
  faultsOn = true;
  /** What is frozen, connections and realms, and since when. */
  readonly frozenSince = new Map<string, number>();
  /** What an operator writes is the same row, damaged. */
  isDamaging = false;

  constructor(seed: number, breakage: Breakage) {
    this.breakage = breakage;
    this.random = seededRandom(seed);
    this.scenario = scenarioOf(this.random);
    for (const index of this.scenario.connections.keys()) this.#addConnection(index);
    this.#addEarlierRow();
    this.table.rewrite = (command) => brokenCommand(breakage, command);
    this.table.onWrite = (pk, after, before) => this.written(pk, after, before);
  }

  #addConnection(index: number): void {
    const { connections, lifetimeMs, deadlineMs, grants: rules } = this.scenario;
    const { realm, account, platform } = connections[index] as Scenario["connections"][number];
    const policy = this.policyOf(realm, 0);
    const suffix = `@${account}`;
    const grants = new SimulatedGrants(this.time, rules, undefined, suffix);
    const id = connectionOf(realmIds[realm] ?? realmIds[0], account);
    const current = () => {
      const item = this.table.items.get(id);
      return item ? readRecord({ ...item }) : null;
    };
    const invariants = new Invariants(this.time, policy, grants, current, this.circumstances);
    const isShared = platform !== index && policy.renewal !== "by-consent";
    const nature = { policy, lifetimeMs, deadlineMs, platform: `-${index}` };
    const provider = isShared
      ? this.connection(platform).provider
      : new SimulatedProvider(this.time, grants, nature, {
          callBegins: (call) => {
            this.invariantsOf(call.connection).callBegins(call);
            this.requireUnfrozen(call.process, call.connection, "the provider was called");
            const uses = call.uses === null ? "" : ` with ${call.uses}`;
            this.note(`${call.process.name} calls the provider${uses} for ${call.connection}`);
          },
          callEnds: (call, result) => this.invariantsOf(call.connection).callEnds(call, result),
          tokenDies: (token, call) => {
            this.note(`${token.id} dies`);
            if (token.call) this.invariantsOf(token.call.connection).tokenDies(token, call);
          },
          tokenHeard: (token, call) => this.heard.add(token.id, call.process, this.time.now),
        });
    const own = { id, account, realm, provider, grants, invariants };
    this.connections.push({ ...own, pasts: [], isPersonAtWork: false });
  }

  /** A row without a schedule, a consent or a key: an earlier release may have left it. */
  #addEarlierRow(): void {
    const { trouble, lifetimeMs } = this.scenario;
    const { id, provider, invariants, pasts } = this.connection(0);
    const { renewal } = this.policyOf(0, 0);
    const isPossible = renewal !== "by-consent" && renewal !== "on-rotation";
    if (!trouble.earlierRow || !isPossible) return;
    const issuedAt = this.begun - Math.round(this.random() * lifetimeMs * 1.2);
    const token = provider.issueEarlier(issuedAt);
    const row = earlierRow(trouble.earlierRow, {
      pk: id,
      id: token.id,
      issuedAt,
      lifetimeMs,
      scope: "-0",
    });
    this.table.items.set(id, row);
    const claim = `${realmOf(id)}/~scope/-0`;
    this.table.items.set(claim, { pk: { S: claim }, scopeOwner: { S: id } });
    pasts.push(row);
    const violation = misreadingOf(trouble.earlierRow, readRecord({ ...row }));
    if (violation) this.violations.push(violation);
    if (trouble.earlierRow.isLeased) this.circumstances.hadMishap = true;
    invariants.recordWritten(readRecord({ ...row }), 0);
    this.note(`an earlier release has left ${token.id}: ${JSON.stringify(trouble.earlierRow)}`);
  }

  connection(index: number): SimulatedConnection {
    return (this.connections[index] ?? this.connections[0]) as SimulatedConnection;
  }

  invariantsOf(id: Connection): Invariants {
    const known = this.connections.find((connection) => connection.id === id);
    return (known ?? this.connection(0)).invariants;
  }

  policyOf(realm: number, atMs: number): RenewalPolicy {
    const script = this.scenario.realms[realm] as Scenario["realms"][number];
    return script.later && atMs >= script.later.atMs ? script.later.policy : script.policy;
  }

  /** By how many milliseconds clocks that are not corrected are ahead, with those that are right. */
  readonly #clocks = [0];
  #slightlyWrong: Circumstances["wrongClock"] = null;

  readonly #corrected = (process: SimulatedProcess, byMs: number) => {
    this.note(`${process.name}: clock-corrected, ${byMs} ms`);
    this.#mindClock(process.aheadMs);
  };

  #mindClock(aheadMs: number): void {
    const { circumstances } = this;
    this.#clocks.push(aheadMs);
    const differMs = Math.max(...this.#clocks) - Math.min(...this.#clocks);
    // Two errors, each of them harmless, may add up to more than a reader of records tolerates.
    if (differMs + maxClockSkewMs / 2 > mostHarmlessMs)
      circumstances.wrongClock ??= this.#slightlyWrong;
    circumstances.spreadMs = Math.max(circumstances.spreadMs, differMs + maxClockSkewMs / 2);
  }

  /** One process has a wrong clock: what AWS does not correct before it acts, the others have to bear. */
  hasWrongClock(process: SimulatedProcess, wrongClock: WrongClock): void {
    const { skewMs, jumpsAtStep } = wrongClock;
    if (jumpsAtStep !== null) process.jump = { atStep: jumpsAtStep, skewMs };
    const isCorrected = !process.isEarlier && Math.abs(skewMs) > mostUncorrectedMs;
    if (!isCorrected) this.#mindClock(skewMs);
    const isSetAhead = jumpsAtStep !== null && skewMs > 0;
    const isHarmless = isCorrected ? !isSetAhead : this.circumstances.spreadMs <= mostHarmlessMs;
    if (isHarmless) this.#slightlyWrong = { process, isCorrected };
    else this.circumstances.wrongClock = { process, isCorrected };
  }

  startProcess(name: string, fate: Fate, skewMs = 0, isEarlier = false): SimulatedProcess {
    const { time } = this;
    const process = new SimulatedProcess(name, time, skewMs, fate, isEarlier, this.#corrected);
    const isUnlucky = fate.crashAtStep !== null || fate.pauseAtStep !== null;
    if (isUnlucky) this.circumstances.hadMishap = true;
    this.processes.push(process);
    return process;
  }

  /** A process that acts for people, operators and the schedule. */
  startHelper(name: string, fate: Fate): SimulatedProcess {
    return this.startProcess(name, fate, this.scenario.trouble.helpersAheadMs);
  }

  written(pk: string, after: TableItem | null, before: TableItem | null): void {
    this.writes.push({ pk, atMs: this.time.now, before, after });
    const writer = this.table.writer;
    const realm = pk.startsWith(`${realmIds[1].provider}/`) ? 1 : 0;
    const policy = this.policyOf(realm, 0);
    const by = byOf(writer);
    const aheadMs = writer ? this.table.writerAheadMs : 0;
    const jumpMs = writer?.steppedMs ?? 0;
    const write = { pk, at: this.time.now, before, after, aheadMs, jumpMs, policy, by } as const;
    const violation = this.replay.violationOf(write);
    if (violation) this.violations.push(violation);
    this.#mindFreeze(pk, after);
    const written = this.connections.find(({ id }) => id === pk);
    if (!written) return;
    const record = after && readRecord({ ...after });
    if (after) written.pasts.push(after);
    if (writer && record) written.invariants.recordWritten(record, aheadMs);
    else written.invariants.rowChanged(record, this.isDamaging);
    this.heard.written(record);
  }

  #mindFreeze(pk: string, after: TableItem | null): void {
    const name = pk.replace(/\/~freeze$/, "");
    if (!after?.["frozen"] || after["frozen"].M?.["thawedAt"]) this.frozenSince.delete(name);
    else if (!this.frozenSince.has(name)) this.frozenSince.set(name, this.time.now);
  }

  /** P17: half a minute after a freeze nobody is vended any more, and nothing is issued but to a person who consents. */
  requireUnfrozen(process: SimulatedProcess, connection: Connection, what: string): void {
    const since = [connection, realmOf(connection)].map((name) => this.frozenSince.get(name));
    const isFrozen = since.some((at) => at !== undefined && this.time.now - at > freezeTakesMs);
    const isWrong = this.circumstances.wrongClock?.process === process;
    const isExcused = process.isEarlier || process.wasPaused || isWrong;
    if (!isFrozen || isExcused || process.name.startsWith("person")) return;
    this.violations.push(`P17: ${what} for ${connection}, which is frozen`);
  }

  /** The provider has the new secret at once; Secrets Manager when somebody gets round to it. */
  rotate(delayMs: number): void {
    this.goodSecret = String(Number(this.goodSecret) + 1);
    for (const { provider } of this.connections) provider.goodSecret = this.goodSecret;
    this.note(`the provider rotates the secret to ${this.goodSecret}`);
    this.time.after(delayMs, () => {
      this.secretVersion = this.goodSecret;
      this.note(`Secrets Manager holds secret ${this.secretVersion}`);
    });
  }

  mishap<T>(probability: number, kinds: readonly T[], otherwise: T): T {
    if (!this.faultsOn || probability === 0 || this.random() >= probability) return otherwise;
    this.circumstances.hadMishap = true;
    const kind = kinds[Math.floor(this.random() * kinds.length)] as T;
    this.note(`mishap: ${kind}`);
    return kind;
  }

  note(what: string): void {
    const seconds = ((this.time.now - this.begun) / 1000).toFixed(3);
    this.timeline.push(`${seconds.padStart(9)}  ${what}`);
  }

  named(realm: number, account: string): SimulatedConnection {
    const named = this.connections.find((of) => of.realm === realm && of.account === account);
    return named ?? this.connection(0);
  }
}

function byOf(writer: SimulatedProcess | null): "service" | "earlier release" | "operator" {
  if (!writer) return "operator";
  return writer.isEarlier ? "earlier release" : "service";
}
