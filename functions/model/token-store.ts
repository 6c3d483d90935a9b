import type { Connection } from "./connection.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  RejectionLevel,
  Revision,
  StoredConsent,
  StoredToken,
  TokenRecord,
} from "./token-record.ts";

/** A lease that was granted, and the record as it then stood, lease and new fence included. */
export interface HeldLease {
  readonly record: TokenRecord;
  readonly lease: Lease;
}

/** What is written with a lease, before the provider is called: if the holder vanishes, this is all that is known. */
export interface Intent {
  readonly lease: Lease;
  readonly doubtedAt: Date | null;
}

export interface Commit {
  readonly token: StoredToken;
  /** Stored in the same write: a rotated refresh token is not lost between two writes. */
  readonly consent: StoredConsent | null;
  /** The stored version plus one, or the stored version itself when the same token was confirmed. */
  readonly version: number;
  readonly doubtedAt: Date | null;
  readonly rejections: RejectionLevel | null;
  readonly revocationScope: string | null;
  readonly typicalIssueMs: number | null;
  readonly ledger: readonly LedgerEntry[];
}

export interface FailedRenewal {
  /** Null when what went wrong does not concern the connection's later renewals. */
  readonly failure: Failure | null;
  readonly doubtedAt: Date | null;
  /** The provider refuses the refresh token: it is deleted. */
  readonly isConsentOver: boolean;
  /** The provider has confirmed a caller's rejection: the stored token is deleted. */
  readonly isTokenDead: boolean;
  readonly revocationScope: string | null;
  readonly ledger: readonly LedgerEntry[];
}

/** Which connection may issue in a revocation scope, and until when its latest issue may be under way. */
export interface ScopeClaim {
  readonly owner: Connection;
  readonly until: Date;
}

export interface StandingClaim extends ScopeClaim {
  readonly revision: Revision;
}

/**
 * The token table. Every write is conditional on the state of the one item it changes; a refused write says what stands
 * there instead. A write that in fact succeeded before its answer was lost counts as succeeded. Records are returned with
 * instants that are possible (model/record-bounds.ts). Fails with `store-unavailable`.
 */
export interface TokenStore {
  /** Strongly consistent; null when the connection was never used. */
  read(connection: Connection, signal: AbortSignal): Promise<TokenRecord | null>;

  /** Granted only if the record is still as `seen`. Increments the fence. */
  takeLease(
    connection: Connection,
    seen: TokenRecord | null,
    intent: Intent,
    signal: AbortSignal,
  ): Promise<{ held: HeldLease } | { held: null; record: TokenRecord | null }>;

  /**
   * Stores the token and ends the lease, for its holder only; null when another process has taken over. `commitOf` is
   * called again when another process has written to the record meanwhile, so that nothing it wrote is lost.
   */
  commit(
    held: HeldLease,
    commitOf: (current: TokenRecord) => Commit,
    signal: AbortSignal,
  ): Promise<TokenRecord | null>;

  /** Stores what went wrong and ends the lease, as `commit` does. */
  fail(
    held: HeldLease,
    failedOf: (current: TokenRecord) => FailedRenewal,
    signal: AbortSignal,
  ): Promise<TokenRecord | null>;

  /** Deletes token and consent and ends the lease, for its holder only; versions go on counting. */
  disconnect(held: HeldLease, signal: AbortSignal): Promise<TokenRecord | null>;

  /**
   * Records that a holder without a lease has issued a token after all. False, and nothing written, when the record has
   * changed since `seen`.
   */
  recordLateIssue(
    seen: TokenRecord,
    entry: LedgerEntry,
    doubtedAt: Date | null,
    signal: AbortSignal,
  ): Promise<boolean>;

  /**
   * Claims a revocation scope for a connection until an instant, if nobody has claimed it, the connection has, or the
   * claim is still as the one to `replace` was seen. Returns the claim as it then stands.
   */
  claimRevocationScope(
    scope: string,
    claim: ScopeClaim,
    replace: StandingClaim | null,
    signal: AbortSignal,
  ): Promise<StandingClaim>;
}
