import type { Connection, RealmId } from "./connection.ts";
import type { Failure, Lease, LedgerEntry, StoredToken, TokenRecord } from "./token-record.ts";

/** What an operator sees of a connection, in a word. What each means is in docs/operations.md. */
export const connectionStates = [
  "empty",
  "usable",
  "renewing",
  "expired",
  "backing-off",
  "contested",
  "credentials-rejected",
  "consent-required",
  "damaged",
] as const;

export type ConnectionState = (typeof connectionStates)[number];

/** A connection as its operator may see it: no token, sealed or not. */
export interface ConnectionStatus {
  readonly connection: Connection;
  readonly state: ConnectionState;
  readonly version: number;
  readonly token: Omit<StoredToken, "sealed"> | null;
  readonly lease: Lease | null;
  /** The latest success in the record's ledger; null when it holds none. */
  readonly lastIssue: LedgerEntry | null;
  readonly failure: Failure | null;
}

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
