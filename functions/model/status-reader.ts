import type { Connection, RealmId } from "./connection.ts";
import type { TokenRecord } from "./token-record.ts";

/**
 * The token table as an operator may read it: what is sealed stays out of reach, and is empty in the records. Fails
 * with `store-unavailable`.
 */
export interface StatusReader {
  /** A realm's connections in their order, from the one after `after`, so many at most. Follows the table within moments. */
  connectionsOf(
    realm: RealmId,
    after: Connection | null,
    atMost: number,
    signal: AbortSignal,
  ): Promise<readonly Connection[]>;

  /** Their records as they stand now, in the same order, without connections that have none. */
  read(connections: readonly Connection[], signal: AbortSignal): Promise<readonly TokenRecord[]>;
}
