import type { Connection, RealmId } from "./connection.ts";

/** A connection that the schedule is to renew, from when and until when: after that it has lapsed. */
export interface DueRenewal {
  readonly connection: Connection;
  readonly dueAt: Date;
  readonly dueUntil: Date;
}

/**
 * Which connections are due, without looking at all of them. The index follows the table within moments: what it says
 * is a hint, never a decision. Fails with `store-unavailable`.
 */
export interface RenewalIndex {
  /** A realm's renewals that may begin before `before`, soonest first, what has lapsed meanwhile among them. */
  due(realm: RealmId, before: Date, signal: AbortSignal): AsyncIterable<DueRenewal>;
  /** Takes out a connection that has lapsed by `now`; one that somebody has brought back since stays. */
  prune(connection: Connection, now: Date, signal: AbortSignal): Promise<void>;
}
