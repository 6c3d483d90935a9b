/** A consent that a person has been asked for. Holds hashes instead of secrets, so reading it does not give access to the link. */
export interface PendingConsent {
  /** SHA-256 of the link, base64url. */
  readonly id: string;
  readonly account: string;
  readonly expiresAt: Date;
  /** SHA-256 of the secret of the only browser that may continue; null until a browser first continues. */
  readonly browser: string | null;
  /** Sealed when the link was made, with whom it was made for, and never changed; null in rows of releases before 0.3. */
  readonly proof: Uint8Array | null;
  /** Who asked for it, as the consent will say. */
  readonly begunBy?: string | undefined;
}

/** Whether a conditional write succeeded; if not, the row that refused it, or null when there is none. */
export type PendingConsentWrite =
  | { readonly done: true; readonly pending: PendingConsent }
  | { readonly done: false; readonly pending: PendingConsent | null };

/** A realm's pending consents, one row for each link. Fails with `store-unavailable`. */
export interface PendingConsents {
  add(pending: PendingConsent, signal: AbortSignal): Promise<void>;

  /** Notes for the status that this is the account's latest link that somebody was told. */
  noteAsked(
    pending: Pick<PendingConsent, "id" | "account" | "expiresAt">,
    signal: AbortSignal,
  ): Promise<void>;

  /** Strongly consistent. */
  read(id: string, signal: AbortSignal): Promise<PendingConsent | null>;

  /**
   * Binds an unexpired row to the first browser that continues, and extends it to `until`. Succeeds for the same browser again
   * without a change.
   */
  bind(
    id: string,
    browser: string,
    now: Date,
    until: Date,
    signal: AbortSignal,
  ): Promise<PendingConsentWrite>;

  /** Deletes an unexpired row that is bound to this browser. Of concurrent claims, one succeeds. */
  claim(id: string, browser: string, now: Date, signal: AbortSignal): Promise<PendingConsentWrite>;

  /**
   * Claims an authorization code by its hash (SHA-256, base64url), at least until `until`. True for the first claimant,
   * and when it claims again; false for any other.
   */
  claimCode(hash: string, claimant: string, until: Date, signal: AbortSignal): Promise<boolean>;
}
