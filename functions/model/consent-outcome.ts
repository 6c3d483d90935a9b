import type { Connection } from "./connection.ts";
import type { ConsentFlow } from "./consent.ts";
import type { ProblemCode } from "./errors.ts";
import type { PendingConsent } from "./pending-consents.ts";
import type { Sensitive } from "./sensitive.ts";
import type { TokenRecord } from "./token-record.ts";

/** The browser that asks: it keeps a secret of its own for each pending consent. */
export interface Browser {
  /** Null when it has none for this one. */
  secretFor(pendingId: string): Sensitive | null;
}

/**
 * Why a person's request is not followed. `link-unknown`: no such link, be it mistyped or long gone; `link-used`: this
 * browser itself had to do with it, and it is gone; `mixed-up`: the answer belongs to no request of this browser here.
 */
export type RefusalReason =
  | "link-unknown"
  | "link-used"
  | "link-expired"
  | "other-browser"
  | "cookies-needed"
  | "mixed-up";

export interface Refusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
}

/** A secret for the browser to keep. */
export interface KeptSecret {
  readonly pendingId: string;
  readonly secret: Sensitive;
  readonly forMs: number;
}

/** A link that a person may follow, and what they are asked. */
export interface OpenLink {
  readonly kind: "open";
  readonly pending: PendingConsent;
  readonly flow: ConsentFlow;
  /** Null when the browser has one already. */
  readonly newSecret: KeptSecret | null;
}

/** The provider's page, for the browser to go to. */
export interface Departure {
  readonly kind: "departure";
  readonly url: string;
  /** The one that the browser has shown, for as long as it is needed now. */
  readonly ownSecret: KeptSecret;
}

/** How a journey ended. Each of these has used up its link. */
export type Completion =
  | {
      readonly kind: "granted";
      readonly connection: Connection;
      readonly flow: ConsentFlow;
      readonly record: TokenRecord;
    }
  | { readonly kind: "denied"; readonly connection: Connection }
  | { readonly kind: "provider-error"; readonly connection: Connection }
  | { readonly kind: "not-issued"; readonly connection: Connection; readonly code: ProblemCode };
