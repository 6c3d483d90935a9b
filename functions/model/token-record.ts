import type { Connection } from "./connection.ts";
import type { ProblemCode } from "./errors.ts";
import type { RenewalPolicy } from "./provider.ts";

/** Why a token was requested. */
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
  /** The owner of the lease under which it was committed: how a writer recognises its own earlier success. */
  readonly committedBy: string;
  /** The policy under which its instants were computed; null in records of an earlier release. */
  readonly issuedUnder: RenewalPolicy["renewal"] | null;
  /** When its request was sent and its answer received, on our clock: the provider issued it between the two. */
  readonly requestedAt: Date;
  readonly issuedAt: Date;
  /** Until when callers may be told to use it; null for a key that does not expire. */
  readonly usableUntil: Date | null;
  /** What the provider said; null when it said nothing. */
  readonly expiresAt: Date | null;
  /** The earliest instant of the next renewal: handover, early renewal or next check of the secret. */
  readonly renewAt: Date;
  /** Callers have used the connection lately: the schedule renews it until then. Null: the schedule never does. */
  readonly keepAliveUntil: Date | null;
  /** When the schedule renews it next, and until when it tries. Null: it lapses until a caller asks again. */
  readonly due: { readonly at: Date; readonly until: Date } | null;
  readonly secretVersion: string;
}

/** A person's authorisation. Everything but the sealed refresh token may be shown to an operator. */
export interface StoredConsent {
  readonly consentedAt: Date;
  /** Null when the provider gave none or refuses it: once the token has expired, somebody has to consent again. */
  readonly refresh: StoredRefreshToken | null;
  /** The access granted, in the provider's own words; null when it did not say, empty for none. */
  readonly grantedScope: string | null;
  /** Fingerprint of the person who consented: a refresh must not return another person's token. */
  readonly subject: string | null;
  /** Whose data it is, as the provider masks the name. */
  readonly customer: string | null;
}

export interface StoredRefreshToken {
  readonly sealed: Uint8Array;
  /** The version with which it came: it outlives tokens, and opens as this version only. */
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
  /** The version of the secret that was tried last; null when none was. */
  readonly secretVersion: string | null;
  /** The version of the secret that was refused: it is not used again. Null when none was. */
  readonly refusedSecretVersion: string | null;
}

/** How many renewals rejections have caused lately: a level that falls with time. */
export interface RejectionLevel {
  readonly level: number;
  readonly at: Date;
}

/** One call to the provider, so that "never issued twice" can be proved from data. */
export interface LedgerEntry {
  readonly at: Date;
  readonly fence: number;
  /** The owner of the lease; empty in entries of an earlier release. */
  readonly owner: string;
  readonly version: number;
  readonly reason: RenewalReason;
  readonly latencyMs: number;
  readonly fingerprint: string | null;
  readonly outcome: "issued" | "late" | ProblemCode;
}

/** The record stays under 4 KB: older entries are in the log only. */
const maxLedgerEntries = 3;

export function ledgerAfter(
  ledger: readonly LedgerEntry[],
  latest: LedgerEntry,
): readonly LedgerEntry[] {
  return [...ledger, latest].slice(-maxLedgerEntries);
}

/** Names one state of a record, for conditional writes. Opaque to everybody but the store. */
export interface Revision {
  readonly opaque: unknown;
}

/** Everything about a connection that must change together: one item, changed by conditional writes only. */
export interface TokenRecord {
  readonly connection: Connection;
  readonly revision: Revision;
  /** Leases taken so far. */
  readonly fence: number;
  /** Tokens committed so far; 0 before the first. */
  readonly version: number;
  readonly token: StoredToken | null;
  readonly consent: StoredConsent | null;
  /**
   * An issue with an unknown outcome, or one that came late, may have taken effect until this instant: where a new token
   * revokes the old, it may have revoked a token requested before; where refresh tokens are used once, it may have
   * replaced the stored one. Null: no such issue is known.
   */
  readonly doubtedAt: Date | null;
  readonly lease: Lease | null;
  readonly failure: Failure | null;
  readonly rejections: RejectionLevel | null;
  /** The revocation scope claimed for this connection, hashed. */
  readonly revocationScope: string | null;
  /** How long a renewal takes here, smoothed; null before the first. */
  readonly typicalIssueMs: number | null;
  /** The last few provider calls, oldest first; the rest are in the log. */
  readonly ledger: readonly LedgerEntry[];
  /** The attributes that could not be what they said, and were read as something harmless; healed by the next commit. */
  readonly damage: readonly string[];
}

/** Whether nobody can vouch for the stored token (or refresh token) any more. */
export function isDoubted({ token, doubtedAt }: Pick<TokenRecord, "token" | "doubtedAt">): boolean {
  return token !== null && doubtedAt !== null && token.requestedAt <= doubtedAt;
}

/** When a consent ends unless it is renewed: without a refresh token, with its first token. Null: nobody said. */
export function consentEndsAt({ consent, token }: TokenRecord): Date | null {
  if (consent?.refresh) return consent.refresh.endsAt;
  return token?.expiresAt ?? token?.usableUntil ?? null;
}
