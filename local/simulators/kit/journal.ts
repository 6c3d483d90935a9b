import { createHash } from "node:crypto";

type JournalKind =
  | "issue"
  | "undelivered"
  | "revoke"
  | "use"
  | "refuse-use"
  | "refuse-credentials"
  | "fault"
  | "probe"
  | "renew"
  | "authorize"
  | "refuse-authorize"
  | "consent"
  | "deny"
  | "redeem"
  | "refresh"
  | "refuse-grant"
  | "end-consent";

/** An event at the provider. Credentials are recorded as fingerprints only. */
export interface JournalEntry {
  readonly at: number;
  readonly kind: JournalKind;
  readonly route?: string;
  readonly status?: number;
  readonly fingerprint?: string;
  /** Known clients only: an unknown id could be a secret in the wrong field. */
  readonly clientId?: string;
  readonly revocationScope?: string;
  /** Why something was refused. */
  readonly reason?: string;
  /** The fault that was applied. */
  readonly fault?: string;
  /** Issue: it revoked a token of ours that had neither expired nor been refused. */
  readonly early?: boolean;
  /** Issue: fingerprints of the live tokens that it revoked. */
  readonly revoked?: readonly string[];
  /** Issue: the same token was returned again. */
  readonly repeated?: boolean;
  /** Authorize: the fingerprint of its `state`. */
  readonly state?: string;
  /** The consent that a code, a refresh token or an access token belongs to. */
  readonly consent?: string;
  /** Consent: the scopes that the person allowed. */
  readonly granted?: string;
  /** Redeem and refresh: the fingerprint of the access token that was issued. */
  readonly issued?: string;
  /** Refresh: the fingerprint of the refresh token that replaces the presented one. */
  readonly successor?: string;
  /** Issue: by another issuer, not requested over HTTP. */
  readonly foreign?: boolean;
}

export interface Journal {
  readonly entries: readonly JournalEntry[];
  record(entry: Omit<JournalEntry, "at">): void;
}

export function createJournal(now: () => number): Journal {
  const entries: JournalEntry[] = [];
  return { entries, record: (entry) => void entries.push({ at: now(), ...entry }) };
}

export function fingerprintOf(credential: string): string {
  return createHash("sha256").update(credential).digest("hex").slice(0, 12);
}
