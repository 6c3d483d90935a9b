import type { Connection, RealmId } from "./connection.ts";
import type { Freeze } from "./freeze.ts";
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

/** A granted lease, and the record with that lease and its new fence. */
export interface HeldLease {
  readonly record: TokenRecord;
  readonly lease: Lease;
}

/** What is written with a lease, before the provider is called: all that is known if the holder crashes. */
export interface Intent {
  readonly lease: Lease;
  readonly doubtedAt: Date | null;
}

export interface Commit {
  readonly token: StoredToken;
  /** Stored in the same write, so that a rotated refresh token cannot be lost between two. */
  readonly consent: StoredConsent | null;
  /** Why the token is not usable, and until when no other is requested. Null: it is usable. */
  readonly failure: Failure | null;
  /** The stored version plus one, or the stored version itself when the provider answered the same token again. */
  readonly version: number;
  readonly doubtedAt: Date | null;
  readonly rejections: RejectionLevel | null;
  readonly revocationScope: string | null;
  readonly typicalRenewalMs: number | null;
  readonly ledger: readonly LedgerEntry[];
}

export interface FailedRenewal {
  /** Null when the failure does not concern later renewals. */
  readonly failure: Failure | null;
  readonly doubtedAt: Date | null;
  /** The provider refuses the refresh token, which is deleted. */
  readonly isConsentOver: boolean;
  /** A caller has rejected the stored token and its consent is over: the token is deleted. */
  readonly isTokenDead: boolean;
  readonly revocationScope: string | null;
  readonly ledger: readonly LedgerEntry[];
}

/** Which connection may issue in a revocation scope, and until when its latest request may be under way. */
export interface RevocationScopeClaim {
  readonly owner: Connection;
  readonly until: Date;
}

export interface StandingClaim extends RevocationScopeClaim {
  readonly revision: Revision;
}

/**
 * The token table. Every write is conditional on the state of the one item it changes; a refused write returns the stored
 * item. A write that had succeeded before its answer was lost counts as succeeded. The instants of returned records are
 * bounded (model/record-bounds.ts). Fails with `store-unavailable`.
 */
export interface TokenStore {
  /**
   * Strongly consistent; null when the connection was never used. Reads the freeze of its realm in the same request, unless
   * that was read in the last seconds (`realmFreezeMaxAgeMs`).
   */
  read(connection: Connection, signal: AbortSignal): Promise<TokenRecord | null>;

  /** The realm's freeze as it was read last, by `read` or `readRealmFreeze`. */
  realmFreeze(): Freeze | null;

  /** Reads the realm's freeze, unless that was read in the last seconds. For who acts on a record without reading it. */
  readRealmFreeze(realm: RealmId, signal: AbortSignal): Promise<void>;

  /** Granted only if the record has not changed since `seen`. Increments the fence. */
  takeLease(
    connection: Connection,
    seen: TokenRecord | null,
    intent: Intent,
    signal: AbortSignal,
  ): Promise<{ held: HeldLease } | { held: null; record: TokenRecord | null }>;

  /**
   * Stores the token and ends the lease, for its holder only; null when another process has taken over. When another
   * process has written to the record meanwhile, calls `commitOf` again, so that nothing it wrote is lost.
   */
  commit(
    held: HeldLease,
    commitOf: (current: TokenRecord) => Commit,
    signal: AbortSignal,
  ): Promise<TokenRecord | null>;

  /** Stores the failure and ends the lease, as `commit` does. */
  fail(
    held: HeldLease,
    failedOf: (current: TokenRecord) => FailedRenewal,
    signal: AbortSignal,
  ): Promise<TokenRecord | null>;

  /** Deletes token and consent and ends the lease, for its holder only. The version stays. */
  disconnect(held: HeldLease, signal: AbortSignal): Promise<TokenRecord | null>;

  /**
   * Records that a token was issued after its lease had ended. Writes nothing and returns false when the record has changed
   * since `seen`.
   */
  recordLateIssue(
    seen: TokenRecord,
    entry: LedgerEntry,
    doubtedAt: Date | null,
    signal: AbortSignal,
  ): Promise<boolean>;

  /**
   * Replaces sealed bytes by the same texts sealed anew; null leaves what is stored. `owner` is a new name. Writes nothing
   * and returns false when the record has changed since `seen`.
   */
  reseal(
    seen: TokenRecord,
    sealed: { readonly token: Uint8Array | null; readonly refreshToken: Uint8Array | null },
    owner: string,
    signal: AbortSignal,
  ): Promise<boolean>;

  /**
   * Claims a revocation scope for a connection if it is unclaimed, the connection's already, or its claim has not changed
   * since `replace` was read. Returns the stored claim.
   */
  claimRevocationScope(
    scopeHash: string,
    claim: RevocationScopeClaim,
    replace: StandingClaim | null,
    signal: AbortSignal,
  ): Promise<StandingClaim>;
}
