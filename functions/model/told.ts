import type { Connection } from "./connection.ts";
import type { TokenRecord } from "./token-record.ts";

/** The last notice that a consent or a static key ends. */
export interface ToldEnd {
  readonly endsAt: Date;
  /** Since when there is what ends: told anew of the next consent or key. */
  readonly since: Date;
  /** How many days ahead; 0: it has ended. */
  readonly days: number;
}

/** What was told of a connection because time has passed: nothing else in its record says so. */
export interface Told {
  readonly end: ToldEnd | null;
  /** The instant of the rejection level whose contest is over. */
  readonly contestOverOf: Date | null;
  /** As it is stored, for the condition of the next write; null: nothing is. */
  readonly stored: string | null;
}

/** A connection at one moment: its record, without what is sealed, and what was told of it. */
export interface ObservedRecord {
  readonly record: TokenRecord;
  readonly told: Told;
}

/** One write to a connection's record. Null: there was none before, or none is left. */
export interface RecordChange {
  readonly connection: Connection;
  readonly before: ObservedRecord | null;
  readonly after: ObservedRecord | null;
  /** When the table took it. */
  readonly at: Date;
  /** Its place in the table's stream. */
  readonly sequence: string;
}

/** Marks in the table what was told. Fails with `store-unavailable`. */
export interface Notices {
  /** False if somebody else has told meanwhile, or there is no such record any more. Changes no other attribute. */
  mark(
    connection: Connection,
    before: Told,
    told: Pick<Told, "end" | "contestOverOf">,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Where the last walk over all connections ran out of time; null: it has finished. */
  position(signal: AbortSignal): Promise<Connection | null>;
  savePosition(last: Connection | null, signal: AbortSignal): Promise<void>;
}
