import type { Connection, Realm } from "./connection.ts";

/** A connection that the schedule is to renew, and from when. */
export interface DueRenewal {
  readonly connection: Connection;
  readonly dueAt: Date;
}

/**
 * Which connections are due, without looking at all of them. The index follows the table within moments: what it says
 * is a hint, never a decision. Fails with `store-unavailable`.
 */
export interface RenewalIndex {
  /** A realm's renewals that may begin before `before`, soonest first, without connections that have lapsed by `now`. */
  due(realm: Realm, now: Date, before: Date, signal: AbortSignal): AsyncIterable<DueRenewal>;
}
