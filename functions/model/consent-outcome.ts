import type { Connection } from "./connection.ts";
import type { ConsentFlow } from "./consent.ts";
import type { ProblemCode } from "./errors.ts";
import type { PendingConsent } from "./pending-consents.ts";
import type { Sensitive } from "./sensitive.ts";
import type { TokenRecord } from "./token-record.ts";

/** A browser, by the cookies that it sent: it has a secret of its own for each pending consent. */
export interface Browser {
  /** Null when it sent none for this one. */
  secretFor(pendingId: string): Sensitive | null;
}

/**
 * Why a browser's request is refused. `link-unknown`: no such link, mistyped or long gone; `link-used`: this browser has
 * used it; `mixed-up`: the provider's answer belongs to no request of this browser and realm.
 */
export type RefusalReason =
  | "link-unknown"
  | "link-used"
  | "link-expired"
  | "other-browser"
  | "cookies-needed"
  | "mixed-up";

export interface ConsentRefusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
}

/** A secret for the browser to keep in a cookie. */
export interface BrowserCookie {
  readonly pendingId: string;
  readonly secret: Sensitive;
  readonly maxAgeMs: number;
}

/** A link that a person may follow, and what they are asked. */
export interface OpenLink {
  readonly kind: "open";
  readonly pending: PendingConsent;
  readonly flow: ConsentFlow;
  /** Null when the browser has one already. */
  readonly newCookie: BrowserCookie | null;
}

/** Sends the browser to the provider's page. */
export interface Redirect {
  readonly kind: "redirect";
  readonly url: string;
  /** The browser's cookie, with a new lifetime. */
  readonly cookie: BrowserCookie;
}

/** How a consent ended. Each of these has used up its link. */
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
