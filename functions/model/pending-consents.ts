/** A consent that a person was asked for. Holds nothing secret: whoever reads it can neither open the link nor continue. */
export interface PendingConsent {
  /** SHA-256 of the link, base64url. */
  readonly id: string;
  readonly account: string;
  readonly expiresAt: Date;
  /** SHA-256 of the secret of the one browser that may go on; null until a person first continues. */
  readonly browser: string | null;
}

/** Whether a conditional write took place; if not, what stands in its way: null when there is no such row (any more). */
export type PendingConsentWrite =
  | { readonly done: true; readonly pending: PendingConsent }
  | { readonly done: false; readonly pending: PendingConsent | null };

/** The consents a realm waits for, one row a link, for minutes. Fails with `store-unavailable`. */
export interface PendingConsents {
  add(pending: PendingConsent, signal: AbortSignal): Promise<void>;

  /** Strongly consistent. */
  read(id: string, signal: AbortSignal): Promise<PendingConsent | null>;

  /**
   * Gives the row to the browser that asks first, before `expiresAt`, and lets it live until `until` instead. That
   * browser may ask again: nothing changes any more.
   */
  bind(
    id: string,
    browser: string,
    now: Date,
    until: Date,
    signal: AbortSignal,
  ): Promise<PendingConsentWrite>;

  /** Removes the row, for the browser it was given to and before `expiresAt`: done for one asker only. */
  claim(id: string, browser: string, now: Date, signal: AbortSignal): Promise<PendingConsentWrite>;

  /**
   * Whether this claimant may use the code of this hash (SHA-256, base64url): the first to ask may, and may ask again;
   * nobody else until `until`, and for some time after.
   */
  claimCode(hash: string, claimant: string, until: Date, signal: AbortSignal): Promise<boolean>;
}
