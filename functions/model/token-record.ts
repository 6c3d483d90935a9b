import type { Connection } from "./connection.ts";
import type { ConsentDetails } from "./consent.ts";
import type { ProblemCode } from "./errors.ts";
import type { Freeze } from "./freeze.ts";
import type { RenewalPolicy } from "./provider.ts";
import { Sensitive } from "./sensitive.ts";

/** Why a token was requested. */
export type RenewalReason =
  | "cold"
  | "expired"
  | "scheduled"
  | "rejected"
  | "validity"
  | "takeover"
  | "consent";

/** A committed token. An operator may see all but the sealed bytes. */
export interface StoredToken {
  readonly sealed: Uint8Array;
  /** `termsOf` it, as stored: without them the sealed bytes do not open. */
  readonly terms: string;
  readonly fingerprint: string;
  /** The owner of the lease under which it was committed, by which a writer recognises its own commit. */
  readonly committedBy: string;
  /** The policy that determined its instants; null in records of an earlier release. */
  readonly issuedUnder: RenewalPolicy["renewal"] | null;
  /** When its request was sent and, as `issuedAt`, its answer received, on our clock. */
  readonly requestedAt: Date;
  readonly issuedAt: Date;
  /** Until when it may be vended for use; null for a key that does not expire. */
  readonly usableUntil: Date | null;
  /** The expiry that the provider stated; null when it stated none. */
  readonly expiresAt: Date | null;
  /** When the next renewal may begin: handover, early renewal or next check of the secret. */
  readonly renewAt: Date;
  /** Until when the schedule renews the connection, because callers use it. Null for static keys. */
  readonly keepAliveUntil: Date | null;
  /** When the schedule renews it next, and until when it tries. Null: only a caller renews it. */
  readonly due: { readonly at: Date; readonly until: Date } | null;
  readonly secretVersion: string;
  /** What the provider returned with it and callers need, by name. Those of a consent are in its details. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** What decides about a token's use, and stays as it is for as long as the token is stored. */
export type TokenTerms = Pick<
  StoredToken,
  | "requestedAt"
  | "issuedAt"
  | "usableUntil"
  | "expiresAt"
  | "issuedUnder"
  | "fingerprint"
  | "secretVersion"
  | "attributes"
>;

/** What callers are given with a token: the attributes of its own answer, or of the consent behind it. */
export function vendedAttributes(
  token: Pick<StoredToken, "attributes">,
  consent: Pick<StoredConsent, "details"> | null,
): StoredToken["attributes"] {
  return token.attributes ?? consent?.details?.attributes;
}

/**
 * The terms as text, which the token's sealing authenticates: callers may send a token to an address among its attributes. No
 * other part begins like these, and the secret's version comes last: it may contain anything.
 */
export function termsOf(token: TokenTerms, consent: Pick<StoredConsent, "details"> | null): string {
  const { requestedAt, issuedAt, usableUntil, expiresAt } = token;
  const attributes = vendedAttributes(token, consent);
  const instants = [requestedAt, issuedAt, usableUntil, expiresAt].map(
    (at) => at?.getTime() ?? "-",
  );
  const { issuedUnder, fingerprint, secretVersion } = token;
  const said = attributes ? [JSON.stringify(Object.entries(attributes).toSorted())] : [];
  return [...said, ...instants, issuedUnder ?? "-", fingerprint, secretVersion].join(" ");
}

/** A token, and the private key that it is bound to (RFC 9449); undefined for one that whoever has it may use. */
export interface BoundToken {
  readonly token: Sensitive;
  readonly proofKey?: Sensitive | undefined;
}

/** Neither a token nor a key has a line break. */
const separator = "\n";

/** What is sealed of a token: its key stands in front of it, so that neither is ever stored without the other. */
export function sealedTextOf({ token, proofKey }: BoundToken): Sensitive {
  if (!proofKey) return token;
  return new Sensitive(`${proofKey.expose()}${separator}${token.expose()}`);
}

/** The token in a text that was sealed. */
export function boundTokenIn(sealedText: Sensitive): BoundToken {
  const [first = "", second] = sealedText.expose().split(separator);
  if (second === undefined) return { token: sealedText };
  return { token: new Sensitive(second), proofKey: new Sensitive(first) };
}

/** A person's authorisation. An operator may see all but the sealed refresh token. */
export interface StoredConsent {
  readonly consentedAt: Date;
  /** Null when the provider issued none or refuses it: a person must consent again once the token has expired. */
  readonly refresh: StoredRefreshToken | null;
  /** The granted `scope`; null when the provider returned none, empty for no access. */
  readonly grantedScope: string | null;
  /** Fingerprint of the subject who consented: a refresh must not return another person's token. */
  readonly subject: string | null;
  /** The name of the data's owner, masked by the provider. */
  readonly customer: string | null;
  /** Absent where nothing more is known, as of the consents of releases before 0.3. */
  readonly details?: ConsentDetails;
}

export interface StoredRefreshToken {
  readonly sealed: Uint8Array;
  /** The token version with which it was issued. It outlives that token, and opens as this version only. */
  readonly version: number;
  readonly fingerprint: string;
  /** Null when unknown. */
  readonly endsAt: Date | null;
}

/** The time-bounded sole right to renew one connection, written before the provider is called. */
export interface Lease {
  readonly owner: string;
  readonly since: Date;
  readonly until: Date;
  readonly reason: RenewalReason;
  /**
   * When it has lasted for its own duration since this process first saw it, which was after it began. Not stored: known of
   * a lease that was read.
   */
  readonly wornOutAt?: Date;
}

/** Why the last renewal failed, shared by all processes. */
export interface Failure {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly at: Date;
  /** The number of consecutive failures, for the back-off. */
  readonly count: number;
  /** No attempt before this instant. */
  readonly retryAt: Date;
  /** The version of the secret that was read last for an attempt; null when none was. */
  readonly secretVersion: string | null;
  /** The version of the secret that the provider refused: it is not sent again. Null when none was. */
  readonly refusedSecretVersion: string | null;
}

/** How many renewals rejections have caused: a level that falls with time (a leaky bucket). */
export interface RejectionLevel {
  readonly level: number;
  readonly at: Date;
}

/** One call to the provider. The ledger proves that no token was issued twice. */
export interface LedgerEntry {
  readonly at: Date;
  readonly fence: number;
  /** The owner of the lease; empty in entries of an earlier release. */
  readonly owner: string;
  readonly version: number;
  readonly reason: RenewalReason;
  readonly latencyMs: number;
  readonly fingerprint: string | null;
  /** `other-owner`: issued for another person or customer than the named or the stored consent's, and not stored. */
  readonly outcome: "issued" | "late" | "other-owner" | ProblemCode;
}

/** Keeps the record under 4 KB: older entries are in the log only. */
const maxLedgerEntries = 3;

/** The ledger with one more entry, and without the oldest. */
export function ledgerAfter(
  ledger: readonly LedgerEntry[],
  latest: LedgerEntry,
): readonly LedgerEntry[] {
  return [...ledger, latest].slice(-maxLedgerEntries);
}

/** Identifies one state of a record, for conditional writes. Only the store reads it. */
export interface Revision {
  readonly opaque: unknown;
}

/** All state of a connection that must change together: one item, changed by conditional writes only. */
export interface TokenRecord {
  readonly connection: Connection;
  readonly revision: Revision;
  /** The number of leases taken so far: a fencing token. */
  readonly fence: number;
  /** The number of tokens committed so far. */
  readonly version: number;
  readonly token: StoredToken | null;
  readonly consent: StoredConsent | null;
  /**
   * A request with an unknown outcome, or a late one, may have taken effect until this instant: it may have revoked any
   * token requested earlier or, where refresh tokens are used once, replaced the stored one. Null: there was no such
   * request. A static key that the provider has refused is in doubt as well.
   */
  readonly doubtedAt: Date | null;
  readonly lease: Lease | null;
  readonly failure: Failure | null;
  readonly rejections: RejectionLevel | null;
  /** The hash of the revocation scope in which this connection issues. */
  readonly revocationScope: string | null;
  /** What a renewal usually takes; before the first, what those of other connections take. Null when none is known. */
  readonly typicalRenewalMs: number | null;
  /** The last three calls to the provider, oldest first; the log has them all. */
  readonly ledger: readonly LedgerEntry[];
  /** An operator has stopped this connection. Only operators write it. */
  readonly frozen: Freeze | null;
  /** The invalid attributes, which were read as something harmless. The next commit repairs them. */
  readonly damage: readonly string[];
}

/** Whether the stored token may be revoked, or the refresh token replaced, by a request with an unknown outcome. */
export function isDoubted({ token, doubtedAt }: Pick<TokenRecord, "token" | "doubtedAt">): boolean {
  return token !== null && doubtedAt !== null && token.requestedAt <= doubtedAt;
}

/** When a consent ends unless it is renewed: with its refresh token or, without one, with its token. Null when unknown. */
export function consentEndsAt({ consent, token }: TokenRecord): Date | null {
  if (consent?.refresh) return consent.refresh.endsAt;
  return token?.expiresAt ?? token?.usableUntil ?? null;
}
