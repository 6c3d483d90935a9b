import { expect, onTestFinished } from "vitest";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import { SimulatedTable } from "../simulation/simulated-table.ts";
import type { ObservedWrite } from "./check-transitions.ts";
import { HistoryReplay } from "./check-transitions.ts";
import type { TableItem } from "./dynamodb-expressions.ts";
import type { Performed } from "./memory-table.ts";
import { keysOf } from "./memory-table.ts";

/** A table that fails the test if a write is not a transition of docs/protocol.md. */
export class ReplayedTable extends SimulatedTable {
  readonly #replay = new HistoryReplay();
  readonly #last = new Map<string, { readonly item: TableItem | null; readonly at: number }>();
  readonly #now: () => Date;
  readonly #policy: RenewalPolicy;
  readonly #wrong: string[] = [];

  constructor(now: () => Date, policy: RenewalPolicy) {
    super();
    this.#now = now;
    this.#policy = policy;
    onTestFinished(() => expect(this.#wrong).toEqual([]));
  }

  /** The violations so far, for a test that makes writes that the service never makes. */
  takeViolations(): string[] {
    return this.#wrong.splice(0);
  }

  override perform(command: unknown): Performed {
    const before = new Map(keysOf(command).map((pk) => [pk, this.items.get(pk)]));
    const performed = super.perform(command);
    for (const pk of performed.written) {
      this.#written(pk, before.get(pk) ?? null, this.items.get(pk) ?? null);
    }
    return performed;
  }

  #written(pk: string, before: TableItem | null, after: TableItem | null): void {
    const { item: last, at: lastAt } = this.#last.get(pk) ?? { item: null, at: 0 };
    const at = this.#now().getTime();
    const write = { pk, policy: this.#policy };
    // The test may have changed the item itself since.
    if (before !== last) {
      this.#take({ ...write, at: lastAt, before: last, after: before, by: "operator" });
    }
    this.#take({ ...write, at, before, after, aheadMs: this.writer?.skewMs ?? 0 });
    this.#last.set(pk, { item: after, at });
  }

  #take(write: ObservedWrite): void {
    const wrong = this.#replay.violationOf(write);
    if (wrong) this.#wrong.push(wrong);
  }
}
