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

/** What happened at the provider. Credentials appear as fingerprints, never as themselves. */
export interface JournalEntry {
  readonly at: number;
  readonly kind: JournalKind;
  readonly route?: string;
  readonly status?: number;
  readonly fingerprint?: string;
  /** Known clients only: a stranger could have put a secret where its id belongs. */
  readonly clientId?: string;
  readonly revocationScope?: string;
  /** Why something was refused. */
  readonly reason?: string;
  /** Which fault was played. */
  readonly fault?: string;
  /** Issue: killed a token of ours that was neither expired nor refused before. */
  readonly early?: boolean;
  /** Issue: fingerprints of the still-alive tokens that this one killed. */
  readonly revoked?: readonly string[];
  /** Issue: the same token was handed out again. */
  readonly repeated?: boolean;
  /** Authorize: the fingerprint of its `state`. */
  readonly state?: string;
  /** The consent that a code, a refresh token or an access token descends from. */
  readonly consent?: string;
  /** Consent: the scopes that the person allowed. */
  readonly granted?: string;
  /** Redeem and refresh: the fingerprint of the access token that came of it. */
  readonly issued?: string;
  /** Refresh: the fingerprint of the refresh token that takes the place of the one shown. */
  readonly successor?: string;
  /** Issue: someone else's, not asked for over HTTP. */
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
