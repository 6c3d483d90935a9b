import type { Connection } from "./connection.ts";
import type { Failure, Lease, LedgerEntry, StoredToken } from "./token-record.ts";

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
