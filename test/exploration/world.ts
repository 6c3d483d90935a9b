import type { Connection } from "../../functions/model/connection.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { leaseMs } from "../../functions/vending/issuing/lease.ts";
import type { GrantRules, GrantState } from "../simulation/simulated-grants.ts";
import { SimulatedGrants } from "../simulation/simulated-grants.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import { MemoryTable } from "../support/memory-table.ts";
import { ExploredProcess } from "./explored-process.ts";
import type { ProviderState } from "./explored-provider.ts";
import { ExploredProvider } from "./explored-provider.ts";
import type { ConnectionHistory } from "./promises.ts";
import { Promises } from "./promises.ts";
import { recordIn } from "./record-lens.ts";
import type { Request } from "./request.ts";

/** What the code is deployed with, and what its provider is like. */
export interface Nature {
  readonly policy: RenewalPolicy;
  readonly grants: GrantRules;
}

export const limits = { deadlineMs: 1000, marginMs: 1000 };
export const lifetimeMs = 60_000;

/** The world while no process runs: where runs begin. */
export interface WorldState {
  readonly now: number;
  readonly items: readonly (readonly [string, TableItem])[];
  /** The version that Secrets Manager holds; null for none. */
  readonly secret: string | null;
  readonly provider: ProviderState;
  readonly grants: GrantState;
  readonly histories: Record<string, ConnectionHistory>;
}

export const emptyWorld: WorldState = {
  now: 1_800_000_000_000,
  items: [],
  secret: "1",
  provider: { goodSecret: "1", tokens: [], calls: [] },
  grants: new SimulatedGrants(
    { now: 0 },
    { refreshTokens: "reusable", graceMs: 0, livesMs: 0, isProlonged: false },
  ).state,
  histories: {},
};

/** Everything outside of the processes, and time. */
export class ExploredWorld {
  now: number;
  /** Steps taken so far. */
  step = 0;
  secret: string | null;
  readonly nature: Nature;
  readonly begun: number;
  readonly leaseMs = leaseMs(limits);
  readonly table: MemoryTable;
  readonly provider: ExploredProvider;
  readonly promises: Promises;
  readonly processes: ExploredProcess[] = [];
  /** What the log names. */
  readonly named = new Set<string>();
  /** For people; kept only where somebody is to read it. */
  readonly timeline: string[] | null;

  constructor(nature: Nature, state: WorldState, hasTimeline = false) {
    this.nature = nature;
    this.now = state.now;
    this.begun = state.now;
    this.secret = state.secret;
    this.timeline = hasTimeline ? [] : null;
    this.table = new MemoryTable(state.items);
    const { provider, grants, histories } = structuredClone({ ...state, items: [] });
    this.promises = new Promises(this, histories);
    this.provider = new ExploredProvider(
      { policy: nature.policy, lifetimeMs },
      provider,
      new SimulatedGrants(this, nature.grants, grants),
      this,
      (victim, killer) => this.promises.tokenKilled(victim, killer),
    );
  }

  get policy(): RenewalPolicy {
    return this.nature.policy;
  }

  state(): WorldState {
    return structuredClone({
      now: this.now,
      items: [...this.table.items],
      secret: this.secret,
      provider: this.provider.state,
      grants: this.provider.grants.state,
      histories: this.promises.histories,
    });
  }

  process(name: string): ExploredProcess {
    const known = this.processes.find((process) => process.name === name);
    if (known) return known;
    const process = new ExploredProcess(name, this);
    this.processes.push(process);
    return process;
  }

  gaveUp(process: string, { to }: Request<unknown>): void {
    if (to === "table") this.promises.disturbed(process);
  }

  isCrashed(name: string): boolean {
    return this.processes.find((process) => process.name === name)?.isCrashed ?? true;
  }

  record(connection: Connection): TokenRecord | null {
    return recordIn(this.table.items.get(connection));
  }

  records(): TokenRecord[] {
    return [...this.table.items.values()].map(recordIn).filter((record) => record !== null);
  }

  note(what: () => string): void {
    if (!this.timeline) return;
    const seconds = ((this.now - this.begun) / 1000).toFixed(3);
    this.timeline.push(`${seconds.padStart(8)}  ${what()}`);
  }
}
