import type { Connection } from "../../functions/model/connection.ts";
import { realmName } from "../../functions/model/connection.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { leaseMs } from "../../functions/vending/issuing/lease.ts";
import type { GrantRules, GrantState } from "../simulation/simulated-grants.ts";
import { SimulatedGrants } from "../simulation/simulated-grants.ts";
import { HistoryReplay } from "../support/check-transitions.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import { MemoryTable } from "../support/memory-table.ts";
import { ExploredProcess } from "./explored-process.ts";
import type { ProviderState } from "./explored-provider.ts";
import { ExploredProvider } from "./explored-provider.ts";
import type { SealingKey } from "./explored-sealing.ts";
import { checkFrozenLease } from "./freeze-promises.ts";
import type { Journey } from "./journey-promises.ts";
import { journeyWritten, noJourney } from "./journey-promises.ts";
import type { ConnectionHistory } from "./promises.ts";
import { Promises } from "./promises.ts";
import { isConnection, recordIn } from "./record-lens.ts";
import type { Request } from "./request.ts";

/** What the code is deployed with, and what its provider is like. */
export interface Nature {
  readonly policy: RenewalPolicy;
  readonly grants: GrantRules;
  readonly repeatsTokens?: boolean;
}

export const realm = { provider: "conferma", environment: "explored" } as const;
export const limits = { deadlineMs: 1000, marginMs: 1000 };
export const lifetimeMs = 60_000;

/** The world while no process runs: where runs begin. */
export interface WorldState {
  readonly now: number;
  readonly items: readonly (readonly [string, TableItem])[];
  /** The version that Secrets Manager holds; null for none. */
  readonly secret: string | null;
  readonly key: SealingKey;
  readonly provider: ProviderState;
  readonly grants: GrantState;
  readonly histories: Record<string, ConnectionHistory>;
  readonly journey: Journey;
  /** What was written before. */
  readonly replay: HistoryReplay;
}

export const emptyWorld: WorldState = {
  now: 1_800_000_000_000,
  items: [],
  secret: "1",
  key: "earlier",
  provider: { goodSecret: "1", tokens: [], calls: [] },
  grants: new SimulatedGrants(
    { now: 0 },
    {
      refreshTokens: "reusable",
      graceMs: 0,
      livesMs: 0,
      isProlonged: false,
      statesEnds: "nobody's",
    },
  ).state,
  histories: {},
  journey: noJourney,
  replay: new HistoryReplay(recordIn),
};

type Parts = Pick<WorldState, "provider" | "grants" | "histories" | "journey">;

/** What a run changes: plain data. */
function copied({ provider, grants, histories, journey }: Parts): Parts {
  return structuredClone({ provider, grants, histories, journey });
}

/** Everything outside of the processes, and time. */
export class ExploredWorld {
  now: number;
  /** Steps taken so far. */
  step = 0;
  secret: string | null;
  readonly key: SealingKey;
  readonly nature: Nature;
  readonly begun: number;
  readonly leaseMs = leaseMs(limits);
  readonly table: MemoryTable;
  readonly provider: ExploredProvider;
  readonly promises: Promises;
  readonly processes: ExploredProcess[] = [];
  /** Every write so far, against the transitions of docs/protocol.md. */
  readonly replay: HistoryReplay;
  isRepeating = false;
  /** Something has gone wrong, other than at the provider. */
  hadFault = false;
  /** What the log names. */
  readonly named = new Set<string>();
  /** For people; kept only where somebody is to read it. */
  readonly timeline: string[] | null;

  constructor(nature: Nature, state: WorldState, hasTimeline = false) {
    this.nature = nature;
    this.now = state.now;
    this.begun = state.now;
    this.secret = state.secret;
    this.key = state.key;
    this.timeline = hasTimeline ? [] : null;
    this.table = new MemoryTable(state.items);
    this.replay = state.replay.fork();
    const { provider, grants, histories, journey } = copied(state);
    this.promises = new Promises(this, histories, journey);
    this.provider = new ExploredProvider(
      { ...nature, lifetimeMs },
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
    const parts = {
      provider: this.provider.state,
      grants: this.provider.grants.state,
      histories: this.promises.histories,
      journey: this.promises.journey,
    };
    return {
      ...copied(parts),
      now: this.now,
      items: [...this.table.items],
      secret: this.secret,
      key: this.key,
      replay: this.replay.fork(),
    };
  }

  process(name: string): ExploredProcess {
    const known = this.processes.find((process) => process.name === name);
    if (known) return known;
    const process = new ExploredProcess(name, this);
    this.processes.push(process);
    return process;
  }

  /** P11: a realm's role reads and writes its own items. */
  requireOwn(keys: readonly string[]): void {
    const foreign = keys.filter((pk) => !pk.startsWith(`${realmName(realm)}/`));
    this.promises.require(foreign.length === 0, `P11: ${foreign.join(", ")} is another realm's`);
  }

  /** A write that took effect: who wrote what over what. */
  written(process: string, pk: string, before?: TableItem, after?: TableItem): void {
    const write = {
      pk,
      at: this.now,
      before: before ?? null,
      after: after ?? null,
      policy: this.policy,
    };
    if (this.isRepeating) this.replay.accept(write);
    else {
      const violation = this.replay.violationOf(write);
      this.promises.require(violation === null, `docs/protocol.md: ${violation}`);
    }
    if (isConnection(pk)) {
      this.promises.recordWritten(process, pk, recordIn(before), recordIn(after));
      checkFrozenLease(this.promises, recordIn(before), recordIn(after));
    } else journeyWritten(this.promises, process, before, after);
  }

  gaveUp(process: string, { to }: Request<unknown>): void {
    if (to === "table") this.promises.disturbed(process);
  }

  actor(name: string): ExploredProcess | undefined {
    return this.processes.find((process) => process.name === name);
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
