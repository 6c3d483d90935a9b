/** The link that callers of one account are given until a person opens it. */
export interface LinkOffer {
  readonly account: string;
  /** Of the link's pending consent. */
  readonly pendingId: string;
  readonly madeAt: Date;
  readonly expiresAt: Date;
  /** The link, which opens with `pendingId` only. */
  readonly sealed: Uint8Array;
}

/** A realm's offers, at most one for each account. Fails with `store-unavailable`. */
export interface LinkOffers {
  /** Strongly consistent. A damaged row reads as an offer that has expired. */
  read(account: string, signal: AbortSignal): Promise<LinkOffer | null>;

  /**
   * Stores an offer in the place of the one that was read; null: of none. False if somebody else has stored another one
   * since.
   */
  replace(offer: LinkOffer, seen: LinkOffer | null, signal: AbortSignal): Promise<boolean>;
}
