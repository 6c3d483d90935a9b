import type { AskedConsent } from "./consent.ts";
import type { Sensitive } from "./sensitive.ts";

/** What is asked for with a link. */
export interface AskedLink extends AskedConsent {
  /** For how long it can be opened; the realm's setting unless it is said. */
  readonly openableMs?: number | undefined;
}

/** A link for the person who is to consent, as whoever may ask people gets it. */
export interface LinkForPerson {
  /** By which callers ask what came of it: it opens nothing. */
  readonly id: string;
  readonly url: Sensitive;
  readonly expiresAt: Date;
}

export const consentProgressStates = ["pending", "granted", "ended"] as const;

/**
 * What came of a link. `pending`: the person may still consent; `granted`: the connection has a consent that was given after
 * the link was made, by this link or another; `ended`: nothing more comes of it.
 */
export type ConsentProgress = (typeof consentProgressStates)[number];

/** A link as its id tells: of which pending consent, and made when. */
export interface AwaitedLink {
  readonly pendingId: string;
  readonly madeAt: Date;
}
