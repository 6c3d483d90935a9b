import type { BrowserCookie } from "./browser-secrets.ts";
import type { Connection } from "./connection.ts";
import type { ConsentFlow, Revocation } from "./consent.ts";
import type { ProblemCode } from "./errors.ts";
import type { PendingConsent } from "./pending-consents.ts";
import type { Unprintable } from "./sensitive.ts";
import type { TokenRecord } from "./token-record.ts";

/**
 * Why a browser's request is refused. `link-unknown`: there is no such link, or it has expired; `link-used`: the same, to
 * a browser that has opened it; `link-expired`: only to the browser that has continued with it; `mixed-up`: the provider's response belongs to no request of this browser and realm.
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

/** A link that a person can follow, and the consent it asks for. */
export interface OpenLink {
  readonly pending: PendingConsent;
  readonly flow: ConsentFlow;
  /** Null when the browser has one already. */
  readonly newCookie: BrowserCookie | null;
}

/** Sends the browser to the provider's page. */
export interface Redirect extends Unprintable {
  readonly url: string;
  /** The browser's cookie, with its lifetime extended. */
  readonly cookie: BrowserCookie;
}

/** How a consent ended. Its link cannot be used again. */
export type Completion =
  | {
      readonly kind: "granted";
      readonly connection: Connection;
      readonly flow: ConsentFlow;
      readonly record: TokenRecord;
    }
  | { readonly kind: "denied"; readonly connection: Connection }
  | { readonly kind: "provider-error"; readonly connection: Connection }
  /**
   * It is not of the person or customer that was named when it was asked for, or of another one than the consent that is
   * stored, which stays.
   */
  | { readonly kind: "not-the-named" | "other-owner"; readonly connection: Connection }
  | { readonly kind: "not-issued"; readonly connection: Connection; readonly code: ProblemCode };

/** How a consent was ended by an operator. */
export interface Disconnection {
  /** Null: nothing was stored, so nothing was ended. */
  readonly ended: {
    /** Null where the provider was not asked: it has no revocation endpoint, or no token was stored. */
    readonly revocation: Revocation | null;
  } | null;
}
