import type { Connection, RealmId } from "./connection.ts";
import type { TokenRecord } from "./token-record.ts";

/** A connection's record as an operator may read it; null when this release cannot read it. */
export interface StatusRecord {
  readonly connection: Connection;
  readonly record: TokenRecord | null;
}

/**
 * The token table as an operator may read it: sealed attributes are out of reach, and empty in the records. Fails with
 * `store-unavailable`.
 */
export interface StatusReader {
  /** Up to `limit` connections of a realm in their order, from the one after `after`. Follows the table within moments. */
  connectionsOf(
    realm: RealmId,
    after: Connection | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Connection[]>;

  /** Their records as they stand now, in the same order, without connections that have none. */
  read(connections: readonly Connection[], signal: AbortSignal): Promise<readonly StatusRecord[]>;
}
