import type { Browser, BrowserSecrets } from "../../model/browser-secrets.ts";
import type { ConsentFlow } from "../../model/consent.ts";
import type {
  Completion,
  ConsentRefusal,
  OpenLink,
  Redirect,
} from "../../model/consent-outcome.ts";
import type { Sensitive, Unprintable } from "../../model/sensitive.ts";
import { unprintable } from "../../model/sensitive.ts";
import type { Deadline } from "../../model/time-limits.ts";
import type { ProblemReporting } from "../report-refusal.ts";
import { localeFor } from "./locale.ts";
import { outcomePage } from "./outcome-pages.ts";
import type { PageAnswer } from "./page.ts";
import { pageAnswer, privateHeaders } from "./page.ts";
import type { PageView } from "./page-view.ts";
import { providerName } from "./page-view.ts";
import type { ConsentOutcome } from "./texts/page-texts.ts";

/** The use cases behind the pages, and what rendering them needs. */
export interface ConsentSite extends Omit<PageView, "locale" | "provider">, ProblemReporting {
  /** Public address of the pages, without a trailing slash. */
  readonly baseUrl: string;
  /** SHA-256 of the pages' style, base64. */
  readonly styleHash: string;
  readonly browserSecrets: Pick<BrowserSecrets, "mac" | "isSame">;
  flow(): Promise<ConsentFlow>;
  openLink(
    link: Sensitive,
    browser: Browser,
    deadline: Deadline,
  ): Promise<OpenLink | ConsentRefusal>;
  continueConsent(
    link: Sensitive,
    browser: Browser,
    deadline: Deadline,
  ): Promise<Redirect | ConsentRefusal>;
  completeConsent(
    parameters: URLSearchParams,
    browser: Browser,
    deadline: Deadline,
  ): Promise<Completion | ConsentRefusal>;
  /** The pending consent that a callback's parameters name, without any proof; null when they name none. */
  pendingIdIn(parameters: URLSearchParams): string | null;
}

/** The site as one browser sees it, in its language. */
export interface LocalizedSite extends ConsentSite, PageView {}

/** A page that says what failed has to be there also where the flow cannot be loaded: then the realm's name has to do. */
export async function localizedSite(
  site: ConsentSite,
  acceptLanguage: string,
): Promise<LocalizedSite> {
  const provider = await site.flow().then(providerName, () => site.realm.provider);
  return { ...site, provider, locale: localeFor(acceptLanguage) };
}

export interface WebAnswer extends Unprintable {
  readonly page: PageAnswer;
  /** The value of a `Set-Cookie` header. */
  readonly cookie?: string;
}

export function answerOf(page: PageAnswer, cookie?: string): WebAnswer {
  return unprintable<WebAnswer>({ page, ...(cookie && { cookie }) });
}

/** The page that says how it ended. */
export function outcomeAnswer(site: LocalizedSite, kind: ConsentOutcome): WebAnswer {
  return answerOf(pageAnswer(outcomePage(site, kind), site, site.styleHash));
}

/** Leads a browser to another address, which it asks for with GET (303, RFC 9110 §15.4.4). */
export function redirectAnswer(address: string, cookie?: string): WebAnswer {
  const headers = { ...privateHeaders, Location: address };
  return answerOf({ statusCode: 303, headers, body: "" }, cookie);
}

/** Refuses a method that an address does not have. */
export function wrongMethod(site: LocalizedSite, allowed: string): WebAnswer {
  const { page } = outcomeAnswer(site, "not-a-page");
  return answerOf({ ...page, statusCode: 405, headers: { ...page.headers, Allow: allowed } });
}
