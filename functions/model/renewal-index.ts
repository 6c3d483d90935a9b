import type { Connection, RealmId } from "./connection.ts";

/** A connection that the schedule is to renew, from `dueAt` on. After `dueUntil` it has lapsed. */
export interface DueRenewal {
  readonly connection: Connection;
  readonly dueAt: Date;
  readonly dueUntil: Date;
}

/**
 * Finds due connections without a scan of the table. The index is eventually consistent, so its entries are hints only.
 * Fails with `store-unavailable`.
 */
export interface RenewalIndex {
  /** A realm's renewals with `dueAt` before `before`, soonest first, lapsed ones included. */
  due(realm: RealmId, before: Date, signal: AbortSignal): AsyncIterable<DueRenewal>;
  /** Removes a connection that has lapsed by `now`, unless a renewal has put it back since. */
  prune(connection: Connection, now: Date, signal: AbortSignal): Promise<void>;
}
