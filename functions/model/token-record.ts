import type { Connection } from "./connection.ts";
import type { ProblemCode } from "./errors.ts";

/** Why a token was asked for. */
export type RenewalReason =
  | "cold"
  | "expired"
  | "scheduled"
  | "rejected"
  | "validity"
  | "takeover"
  | "consent";

/** A committed token. Everything but the sealed bytes may be shown to an operator. */
export interface StoredToken {
  readonly sealed: Uint8Array;
  readonly fingerprint: string;
  /** The lease under which it was committed: how a writer recognises its own earlier success. */
  readonly fence: number;
  /** When its request was sent and its answer received, on our clock: the provider issued it between the two. */
  readonly requestedAt: Date;
  readonly issuedAt: Date;
  /** Until when callers may be told to use it; null for a key that does not expire. */
  readonly usableUntil: Date | null;
  /** What the provider said; null when it said nothing. */
  readonly expiresAt: Date | null;
  /** The earliest instant of the next renewal: handover, early renewal or next look at the secret. */
  readonly renewAt: Date;
  /** Callers have asked lately: the schedule renews it until then. Null: the schedule never does. */
  readonly keepAliveUntil: Date | null;
  /** When the schedule renews it next, and until when it tries. Null: it lapses, until somebody asks again. */
  readonly due: { readonly at: Date; readonly until: Date } | null;
  readonly secretVersion: string;
}

/** A person's authorisation. Everything but the sealed refresh token may be shown to an operator. */
export interface StoredConsent {
  readonly consentedAt: Date;
  /** Null when the provider gave none, or refuses it: once the token has expired, somebody has to consent anew. */
  readonly refresh: StoredRefreshToken | null;
  /** The access granted, in the provider's own words; null when it did not say, empty for none. */
  readonly grantedScope: string | null;
  /** Fingerprint of who consented: a refresh must not answer a token of somebody else. */
  readonly subject: string | null;
  /** Whose data it is, as the provider masks the name. */
  readonly customer: string | null;
}

export interface StoredRefreshToken {
  readonly sealed: Uint8Array;
  /** The version with which it came: it outlives tokens, and opens as this one only. */
  readonly version: number;
  readonly fingerprint: string;
  /** Null when the provider did not say. */
  readonly endsAt: Date | null;
}

/** The time-bounded sole right to renew one connection, written with its intent before the provider is called. */
export interface Lease {
  readonly owner: string;
  readonly since: Date;
  readonly until: Date;
  readonly reason: RenewalReason;
}

/** What the last attempt taught, shared by all processes. */
export interface Failure {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly at: Date;
  /** Consecutive failures, for the back-off. */
  readonly count: number;
  /** No attempt before this instant. */
  readonly retryAt: Date;
  /** Set when only another version of the secret can help: the version that was refused. */
  readonly refusedSecretVersion: string | null;
}

/** One call to the provider, so that "never issued twice" can be proved from data. */
export interface LedgerEntry {
  readonly at: Date;
  readonly fence: number;
  readonly version: number;
  readonly reason: RenewalReason;
  readonly latencyMs: number;
  readonly fingerprint: string | null;
  readonly outcome: "issued" | "late" | ProblemCode;
}

/** The record stays under 4 KB: older entries are in the log only. */
const longestLedger = 4;

export function ledgerAfter(
  ledger: readonly LedgerEntry[],
  latest: LedgerEntry,
): readonly LedgerEntry[] {
  return [...ledger, latest].slice(-longestLedger);
}

/** Everything about a connection that must change together: one item, changed by conditional writes only. */
export interface TokenRecord {
  readonly connection: Connection;
  /** Leases taken so far. */
  readonly fence: number;
  /** Tokens committed so far; 0 before the first. */
  readonly version: number;
  readonly token: StoredToken | null;
  readonly consent: StoredConsent | null;
  /**
   * An issue has an unknown outcome, or came late: where a new token revokes the old, the provider may have revoked
   * `token`; where refresh tokens are used once, it may have replaced the held one.
   */
  readonly suspect: boolean;
  readonly lease: Lease | null;
  readonly failure: Failure | null;
  /** Instants of the latest renewals that a rejection caused, oldest first. */
  readonly rejectionsAt: readonly Date[];
  /** The revocation scope claimed for this connection, hashed. */
  readonly revocationScope: string | null;
  /** How long issuing takes here, smoothed; null before the first. */
  readonly typicalIssueMs: number | null;
  /** The last few provider calls, oldest first; the rest are in the log. */
  readonly ledger: readonly LedgerEntry[];
}
