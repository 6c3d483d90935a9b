import type { Connection } from "./connection.ts";
import type { ProblemCode } from "./errors.ts";

/** The kinds of events: the `detail-type` on the bus. docs/consents.md explains each. */
export const eventKinds = [
  "consent-granted",
  "consent-partial",
  "consent-changed",
  "consent-ending",
  "consent-ended",
  "credentials-rejected",
  "contested",
  "recovered",
  "key-expiring",
] as const;

export type EventKind = (typeof eventKinds)[number];

/** What every event says. */
interface EventBase {
  /** The same for the same change, however often it is delivered: connection, fence, kind and what it is about. */
  readonly key: string;
  readonly connection: Connection;
  /** `provider/environment` */
  readonly realm: string;
  /** The record's fence and version after the change. */
  readonly fence: number;
  readonly version: number;
  /** When the table took the change. */
  readonly at: Date;
}

/** A person's consent, as it is from now on. Scopes are names; who consented is not told. */
interface GivenConsent {
  readonly consentedAt: Date;
  /** When it ends unless it is extended; null when unknown. */
  readonly endsAt: Date | null;
  /** As the provider stated it; null when it stated none. */
  readonly grantedScope: string | null;
}

/** What differs from the consent before it. */
export type ConsentDifference = "subject" | "customer" | "scope";

/** `refused`: the provider no longer accepts it. `expired`: its end has passed. `deleted`: somebody deleted the record. */
export type ConsentEndReason = "refused" | "expired" | "disconnected" | "deleted";

/** The troubles that have an end. */
export type RecoverableTrouble = "consent-ended" | "credentials-rejected" | "contested";

/** What each kind of event says beyond the base. */
export type EventContent =
  | ({ readonly kind: "consent-granted" } & GivenConsent)
  | ({ readonly kind: "consent-partial"; readonly withheld: readonly string[] } & GivenConsent)
  | ({
      readonly kind: "consent-changed";
      readonly changed: readonly ConsentDifference[];
    } & GivenConsent)
  | { readonly kind: "consent-ending"; readonly endsAt: Date; readonly days: number }
  | { readonly kind: "consent-ended"; readonly reason: ConsentEndReason }
  | { readonly kind: "credentials-rejected"; readonly code: ProblemCode }
  | { readonly kind: "contested"; readonly until: Date }
  | { readonly kind: "recovered"; readonly from: RecoverableTrouble }
  | { readonly kind: "key-expiring"; readonly endsAt: Date; readonly days: number };

/** A change of a connection's state, for people and systems outside. Never a token, a customer or a subject. */
export type ConnectionEvent = EventBase & EventContent;

/** Where events go. */
export interface EventBus {
  /** The keys of those that were not taken, and must be published again. Fails when none was. */
  publish(
    events: readonly ConnectionEvent[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<ConnectionEvent["key"]>>;
}
