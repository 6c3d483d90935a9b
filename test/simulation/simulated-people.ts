import { disconnect } from "../../functions/consents/disconnect.ts";
import { redeemCode } from "../../functions/consents/redeem-code.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { realmOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { Deadline } from "../../functions/model/time-limits.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { FreezeTarget } from "../../functions/store/dynamodb-freezes.ts";
import { dynamoDbFreezes } from "../../functions/store/dynamodb-freezes.ts";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { resealConnection } from "../../functions/vending/reseal-connection.ts";
import { renewDue } from "../../functions/vending/schedule/renew-due.ts";
import { changedRow } from "./row-changes.ts";
import { dependenciesOf, tableClientOf } from "./simulated-deployment.ts";
import type { Fate, SimulatedProcess } from "./simulated-process.ts";
import type { SimulatedConnection, SimulatedStage } from "./simulated-stage.ts";
import type { FreezeTrouble, RowChange } from "./trouble.ts";

export const calm: Fate = { crashAtStep: null, pauseAtStep: null, pauseMs: 0 };

/** People who consent, operators, and the schedule: each acts through a process of its own, which may be as unlucky. */
export class SimulatedPeople {
  readonly #world: SimulatedStage;
  #count = 0;
  /** Of all ticks, as if one process ran them. */
  readonly #memory = new Map<Connection, TokenRecord>();
  problems = 0;

  constructor(world: SimulatedStage) {
    this.#world = world;
  }

  /** What people, operators, the schedule, providers and other issuers do of their own accord. */
  play(): void {
    const { consents, ticksAt, realms, trouble } = this.#world.scenario;
    const { rotations, foreignIssues, disconnects, reseals, freezes, rowChanges } = trouble;
    for (const { atMs, connection } of consents) {
      this.#world.time.after(atMs, () => void this.consent(this.#world.connection(connection)));
    }
    for (const { atMs, delayMs } of rotations) {
      this.#world.time.after(atMs, () => this.#world.rotate(delayMs));
    }
    for (const { atMs, connection } of foreignIssues) {
      this.#world.time.after(atMs, () => {
        this.#world.note("someone else issues");
        this.#world.connection(connection).provider.issueForeign();
      });
    }
    for (const { atMs, connection } of disconnects) {
      this.#world.time.after(atMs, () => void this.#disconnect(this.#world.connection(connection)));
    }
    for (const { atMs, connection } of reseals) {
      this.#world.time.after(atMs, () => void this.#reseal(this.#world.connection(connection)));
    }
    for (const freeze of freezes) {
      this.#world.time.after(freeze.atMs, () => void this.#freeze(freeze));
    }
    for (const change of rowChanges) {
      this.#world.time.after(change.atMs, () => this.#changeRow(change));
    }
    for (const atMs of ticksAt) {
      for (const realm of realms.keys()) this.#world.time.after(atMs, () => void this.#tick(realm));
    }
  }

  async #freeze({ connection, isRealms, forMs }: FreezeTrouble): Promise<void> {
    const { id, realm } = this.#world.connection(connection);
    const target = targetOf(isRealms ? realmOf(id) : id);
    const { freezes, decision } = this.#operator(realm);
    this.#world.note(`an operator freezes ${target.name}`);
    await freezes.freeze(target, decision, decision.by).catch(() => {});
    this.#world.time.after(forMs, () => void this.#thaw(target.name, realm));
  }

  async #thaw(name: string, realm: number): Promise<void> {
    const { freezes, decision } = this.#operator(realm);
    this.#world.note(`an operator thaws ${name}`);
    await freezes.thaw(targetOf(name), decision, decision.by).catch(() => {});
  }

  /** Ends what is still frozen: once nothing fails any more, only an operator heals that. */
  async thawAll(): Promise<void> {
    for (const name of this.#world.frozenSince.keys()) await this.#thaw(name, 0);
  }

  #operator(realm: number) {
    this.#count += 1;
    const process = this.#world.startHelper(`operator-${this.#count}`, calm);
    const client = tableClientOf(this.#world, process);
    const at = process.clock.now();
    const decision = { by: `operator-${this.#count}`, at, reason: `realm ${realm}` };
    return { freezes: dynamoDbFreezes(client, "tokens"), decision };
  }

  #changeRow(change: RowChange): void {
    const { id, pasts } = this.#world.connection(change.connection);
    const before = this.#world.table.items.get(id) ?? null;
    const after = changedRow(change, before ?? undefined, pasts, this.#world.time.now);
    if (!before && !after) return;
    this.#world.note(`an operator: ${change.kind} ${id}`);
    this.#world.circumstances.hadMishap = true;
    if (after) this.#world.table.items.set(id, after);
    else this.#world.table.items.delete(id);
    this.#world.table.writer = null;
    this.#world.isDamaging = change.kind === "damage";
    this.#world.written(id, after, before);
  }

  refused(
    process: SimulatedProcess,
    connection: SimulatedConnection,
    error: unknown,
  ): VendingError {
    if (!(error instanceof VendingError)) {
      connection.invariants.defect(error);
      return new VendingError("internal", "a defect");
    }
    this.problems += 1;
    this.#world.note(`${process.name} is refused: ${error.code}`);
    if (error.code === "consent-required") {
      this.#world.time.after(this.#world.random() * 5000, () => void this.consent(connection));
    }
    return error;
  }

  /** A person goes to the provider and comes back with a code, to a process of its own, which may be as unlucky. */
  async consent(connection: SimulatedConnection): Promise<void> {
    const { id, grants, realm } = connection;
    const isByConsent = this.#world.policyOf(realm, 0).renewal === "by-consent";
    if (!isByConsent || connection.isPersonAtWork) return;
    connection.isPersonAtWork = true;
    this.#count += 1;
    const { providerFaults } = this.#world.scenario.trouble;
    const isUnlucky = this.#world.faultsOn && providerFaults > 0 && this.#world.random() < 0.3;
    const crashAtStep = isUnlucky ? 1 + Math.floor(this.#world.random() * 10) : null;
    const process = this.#world.startHelper(`person-${this.#count}`, { ...calm, crashAtStep });
    this.#world.time.after(26_000, () => {
      connection.isPersonAtWork = false;
    });
    const deps = dependenciesOf(
      this.#world,
      process,
      realm,
      this.#world.time.now - this.#world.begun,
    );
    const code = new Sensitive(grants.consent());
    this.#world.note(`${process.name} consents: ${code.expose()}`);
    const authority = { kind: "code", code, authorizationRequest: null } as const;
    const call = deadline(process, 25_000, "caller");
    await redeemCode(deps, id, authority, call).catch((error) => {
      this.refused(process, connection, error);
    });
    connection.isPersonAtWork = false;
  }

  async #disconnect(connection: SimulatedConnection): Promise<void> {
    if (this.#world.policyOf(connection.realm, 0).renewal !== "by-consent") return;
    await this.#operate(connection, "disconnects", disconnect);
  }

  #reseal(connection: SimulatedConnection): Promise<void> {
    return this.#operate(connection, "seals anew", resealConnection);
  }

  async #operate(
    connection: SimulatedConnection,
    what: string,
    act: typeof disconnect | typeof resealConnection,
  ): Promise<void> {
    this.#count += 1;
    const fate = this.#world.scenario.trouble.fate(this.#world.random);
    const process = this.#world.startHelper(`operator-${this.#count}`, fate);
    this.#world.note(`${process.name} ${what} ${connection.id}`);
    const deps = dependenciesOf(
      this.#world,
      process,
      connection.realm,
      this.#world.time.now - this.#world.begun,
    );
    const call = deadline(process, 25_000, "caller");
    await act(deps, connection.id, call).catch((error) => {
      this.refused(process, connection, error);
    });
  }

  async #tick(realm: number): Promise<void> {
    this.#count += 1;
    const fate = this.#world.scenario.trouble.fate(this.#world.random);
    const process = this.#world.startHelper(`tick-${this.#count}`, fate);
    const deps = dependenciesOf(
      this.#world,
      process,
      realm,
      this.#world.time.now - this.#world.begun,
    );
    const index = dynamoDbRenewalIndex(tableClientOf(this.#world, process), "tokens");
    const call = deadline(process, 119_000, "schedule");
    const summary = await renewDue(deps, index, this.#memory, call).catch((error) => {
      this.refused(process, this.#world.connection(0), error);
      return null;
    });
    if (summary) this.#world.note(`${process.name}: ${JSON.stringify(summary)}`);
  }
}

function targetOf(name: string): FreezeTarget {
  const isRealms = name.split("/").length === 2;
  const realm = isRealms ? name : realmOf(name as Connection);
  return { of: isRealms ? "realm" : "connection", realm, name };
}

export function deadline(
  process: SimulatedProcess,
  forMs: number,
  onBehalfOf: Deadline["onBehalfOf"],
  graceMs = 0,
): Deadline {
  const signal = process.clock.timeout(forMs + graceMs, new AbortController().signal);
  return { msLeft: process.clock.countdown(forMs), signal, onBehalfOf };
}
