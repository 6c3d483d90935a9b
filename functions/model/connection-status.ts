import type { Connection, RealmId } from "./connection.ts";
import type { Freeze } from "./freeze.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  StoredConsent,
  StoredToken,
  TokenRecord,
} from "./token-record.ts";
import type { Told } from "./told.ts";

/** A connection's state, as operators see it. docs/operations.md explains each. */
export const connectionStates = [
  "empty",
  "usable",
  "renewing",
  "expired",
  "backing-off",
  "contested",
  "credentials-rejected",
  "consent-required",
  "frozen",
  "damaged",
] as const;

export type ConnectionState = (typeof connectionStates)[number];

/** A person's consent, without the refresh token. */
export interface ConsentStatus extends Omit<StoredConsent, "refresh"> {
  readonly endsAt: Date | null;
  readonly isRenewable: boolean;
}

/** The link that was made last for a person to consent by. */
export interface LatestLink {
  /** Until when it can be used, as far as is known. */
  readonly until: Date;
  /** Who asked for it; null where that was not told. */
  readonly begunBy: string | null;
}

/** A connection's status, without any token, sealed or not. */
export interface ConnectionStatus {
  readonly connection: Connection;
  readonly state: ConnectionState;
  readonly version: number;
  readonly token: Omit<StoredToken, "sealed"> | null;
  readonly lease: Lease | null;
  /** The latest success in the record's ledger; null when there is none. */
  readonly lastIssue: LedgerEntry | null;
  readonly failure: Failure | null;
  /** Null where nobody has consented. */
  readonly consent: ConsentStatus | null;
  /** The latest link that was made, while it can be used. */
  readonly asked: LatestLink | null;
  /** The connection's own freeze, or its realm's. */
  readonly frozen: Freeze | null;
}

/** A connection's record as an operator can read it; null when a newer release wrote it. */
export interface StatusRecord {
  readonly connection: Connection;
  readonly record: TokenRecord | null;
  /** What people were told of it because time has passed. */
  readonly told: Told;
}

/**
 * The token table as an operator can read it: sealed attributes are inaccessible, and empty in the records. Fails with
 * `store-unavailable`.
 */
export interface StatusReader {
  /** Up to `limit` connections of a realm in order, beginning after `after`. Eventually consistent. */
  connectionsOf(
    realm: RealmId,
    after: Connection | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Connection[]>;

  /** The same of connections for which a person was asked to consent, lately, whether or not they have a record. */
  askedOf(
    realm: RealmId,
    after: Connection | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Connection[]>;

  /** The latest links of those of the connections that have one, strongly consistent. Some may have expired. */
  asked(
    connections: readonly Connection[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Connection, LatestLink>>;

  /** The freezes of those of the realms that are frozen, strongly consistent. */
  freezes(realms: readonly RealmId[], signal: AbortSignal): Promise<ReadonlyMap<string, Freeze>>;

  /** Their records in the same order, strongly consistent, without connections that have none. */
  read(connections: readonly Connection[], signal: AbortSignal): Promise<readonly StatusRecord[]>;
}
