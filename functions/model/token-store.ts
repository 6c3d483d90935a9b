import type { Connection } from "./connection.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  StoredConsent,
  StoredToken,
  TokenRecord,
} from "./token-record.ts";

/** A lease that was granted: the record as it now stands, lease and new fence included. */
export interface HeldLease {
  readonly record: TokenRecord;
  readonly lease: Lease;
}

/** What is written with a lease, before anybody is asked: if its holder vanishes, this is all that is known. */
export interface Intent {
  readonly lease: Lease;
  /** From now on nobody can vouch for the held token. */
  readonly suspect: boolean;
  readonly rejectionsAt: readonly Date[];
}

export interface Commit {
  readonly token: StoredToken;
  /** Stored in the same write: a rotated refresh token is not lost between two. */
  readonly consent: StoredConsent | null;
  /** The held version plus one, or the held version itself when the same token was confirmed. */
  readonly version: number;
  readonly revocationScope: string | null;
  readonly typicalIssueMs: number | null;
  readonly ledger: readonly LedgerEntry[];
}

export interface FailedRenewal {
  /** Null when what went wrong does not concern the connection's later renewals. */
  readonly failure: Failure | null;
  /** A token may have been issued that nobody saw. */
  readonly suspect: boolean;
  /** The provider refuses the refresh token: it is forgotten. */
  readonly isConsentOver: boolean;
  readonly revocationScope: string | null;
  readonly ledger: readonly LedgerEntry[];
}

/**
 * The token table. Every write is conditional on the one item it changes; a refused write says what stands there
 * instead. A write that in fact succeeded before its answer was lost counts as succeeded. Fails with `store-unavailable`.
 */
export interface TokenStore {
  /** Strongly consistent; null when the connection was never asked for. */
  read(connection: Connection, signal: AbortSignal): Promise<TokenRecord | null>;

  /** Granted only if nothing has changed since `seen` was read and no lease is alive. Increments the fence. */
  takeLease(
    connection: Connection,
    seen: TokenRecord | null,
    intent: Intent,
    signal: AbortSignal,
  ): Promise<{ held: HeldLease } | { held: null; record: TokenRecord | null }>;

  /** Stores the token and ends the lease, for its holder only; null when someone else has taken over. */
  commit(held: HeldLease, commit: Commit, signal: AbortSignal): Promise<TokenRecord | null>;

  /** Stores what went wrong and ends the lease, for its holder only; null when someone else has taken over. */
  fail(held: HeldLease, attempt: FailedRenewal, signal: AbortSignal): Promise<TokenRecord | null>;

  /** Removes token and consent and ends the lease, for its holder only; versions go on counting. */
  disconnect(held: HeldLease, signal: AbortSignal): Promise<TokenRecord | null>;

  /** Removes the record of a connection that turned out not to exist, for the holder of its lease only. */
  forget(held: HeldLease, signal: AbortSignal): Promise<void>;

  /**
   * A fenced holder's evidence that a token was issued after all; `suspect` when it revoked the one in `seen`. False,
   * and nothing written, when another version has been committed since.
   */
  recordLateIssue(
    seen: TokenRecord,
    entry: LedgerEntry,
    suspect: boolean,
    signal: AbortSignal,
  ): Promise<boolean>;

  /**
   * A revocation scope belongs to one connection: answers whose it is after this call. A claim of `lapsedOwner` is
   * taken over.
   */
  claimRevocationScope(
    connection: Connection,
    scope: string,
    lapsedOwner: Connection | null,
    signal: AbortSignal,
  ): Promise<Connection>;
}
