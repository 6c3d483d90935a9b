import type { PageTone } from "../page-tone.ts";

/** The languages of the pages. Each has a table of texts: one that is missing does not compile. */
export const languages = ["en", "de", "fr", "es", "pt", "lt"] as const;

export type Language = (typeof languages)[number];

/** The scopes that the pages know: those of OpenID Connect (Core §5.4, §11) and of PSD2. */
type KnownScope =
  | "openid"
  | "profile"
  | "email"
  | "phone"
  | "address"
  | "offline_access"
  | "psd2-ais"
  | "psd2-pis";

/** Why a browser is shown a page without a granted consent. */
export const consentOutcomes = [
  "link-unknown",
  "link-used",
  "link-expired",
  "other-browser",
  "cookies-needed",
  "mixed-up",
  "denied",
  "provider-error",
  "code-refused",
  "not-the-named",
  "other-owner",
  "provider-away",
  "try-later",
  "our-fault",
  "no-result",
  "not-a-page",
] as const;

export type ConsentOutcome = (typeof consentOutcomes)[number];

interface OutcomeTexts {
  readonly title: string;
  readonly what: string;
  readonly advice: string;
}

/**
 * Every text of the pages in one language. A name in braces stands for `{requester}`, `{provider}`, the provider's `{host}`,
 * a `{scope}`, or a `{time}`, which Intl words.
 */
export interface PageTexts {
  /** What kind of page it is, above its title: no colour says anything by itself. */
  readonly tones: Readonly<Record<PageTone, string>>;
  readonly whoAsks: string;
  readonly accessTo: string;
  /** The requester's own name of the account, which means nothing to the provider. */
  readonly reference: string;
  readonly contact: string;
  readonly privacy: string;
  readonly link: {
    readonly title: string;
    readonly choice: string;
    readonly requested: string;
    readonly ifAllowed: string;
    readonly otherWords: string;
    readonly notYetKnown: string;
    readonly next: string;
    readonly go: string;
    readonly decide: string;
    readonly comeBack: string;
    readonly button: string;
    readonly timeLeft: string;
    readonly once: string;
  };
  readonly granted: {
    readonly title: string;
    readonly partTitle: string;
    readonly canUse: string;
    readonly customer: string;
    readonly until: string;
    readonly untilUnknown: string;
    readonly isExtended: string;
    readonly allowed: string;
    readonly noDetails: string;
    readonly nothing: string;
    readonly notAllowed: string;
    readonly ifUnwanted: string;
    readonly isAbridged: string;
    readonly close: string;
  };
  readonly withdrawal: string;
  readonly howToWithdraw: string;
  readonly whatToDo: string;
  /** For a scope without a text: the provider's own name of it. */
  readonly unknownScope: string;
  /** Each continues `link.ifAllowed`. */
  readonly scopes: Readonly<Record<KnownScope, string>>;
  readonly outcomes: Readonly<Record<ConsentOutcome, OutcomeTexts>>;
}
