import type { Browser } from "../../model/browser-secrets.ts";
import { realmName } from "../../model/connection.ts";
import type {
  Completion,
  ConsentRefusal,
  OpenLink,
  Redirect,
  RefusalReason,
} from "../../model/consent-outcome.ts";
import type { Unprintable } from "../../model/sensitive.ts";
import { Sensitive, unprintable } from "../../model/sensitive.ts";
import type { Deadline } from "../../model/time-limits.ts";
import { asRestEvent, isApiEvent } from "../api-event.ts";
import type { ProblemReporting } from "../report-refusal.ts";
import { grantedPage } from "./granted-page.ts";
import { linkPage } from "./link-page.ts";
import type { ConsentOutcome } from "./outcome-pages.ts";
import { outcomeOf, outcomePage } from "./outcome-pages.ts";
import type { ConsentRequester, PageAnswer } from "./page.ts";
import { pageAnswer, privateHeaders } from "./page.ts";
import type { WebRequest } from "./web-request.ts";
import { browserFrom, setCookie } from "./web-request.ts";

/** The use cases behind the pages, and what rendering them needs. */
export interface ConsentSite extends ConsentRequester, ProblemReporting {
  /** SHA-256 of the pages' style, base64. */
  readonly styleHash: string;
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
}

export interface WebAnswer extends Unprintable {
  readonly page: PageAnswer;
  /** The value of a `Set-Cookie` header. */
  readonly cookie?: string;
}

/** Any prefix is accepted: an API's stage, or a base path of the public address. */
const consentPath = /\/consent\/([^/]+\/[^/]+)\/([^/]+)\/?$/;
const callbackPath = /\/callback\/([^/]+\/[^/]+)\/?$/;

/** True for a browser's request, false for a program's and for malformed events. */
export function isPageEvent(event: unknown): boolean {
  const rest = asRestEvent(event);
  return isApiEvent(rest) && (consentPath.test(rest.path) || callbackPath.test(rest.path));
}

/** Routes a browser's request. Fails with a `VendingError`. */
export async function answerPage(
  site: ConsentSite,
  request: WebRequest,
  deadline: Deadline,
): Promise<WebAnswer> {
  const [, consentRealm, link] = consentPath.exec(request.path) ?? [];
  const [, callbackRealm] = callbackPath.exec(request.path) ?? [];
  if (consentRealm && link) {
    if (consentRealm !== realmName(site.realm)) return wrongRealm(site, "link-unknown");
    return answerLink(site, request, new Sensitive(link), deadline);
  }
  if (!callbackRealm) return outcomeAnswer(site, "not-a-page");
  if (callbackRealm !== realmName(site.realm)) return wrongRealm(site, "mixed-up");
  // Only a GET is a provider's redirect: a HEAD by a link scanner must not use up a consent.
  return request.method === "GET"
    ? answerCallback(site, request, deadline)
    : wrongMethod(site, "GET");
}

async function answerLink(
  site: ConsentSite,
  { method, cookies }: WebRequest,
  link: Sensitive,
  deadline: Deadline,
): Promise<WebAnswer> {
  const browser = browserFrom(cookies);
  if (method === "POST") {
    const redirect = await site.continueConsent(link, browser, deadline);
    if ("reason" in redirect) return outcomeAnswer(site, redirect.reason);
    const headers = { ...privateHeaders, Location: redirect.url };
    // 303: the browser follows with a GET (RFC 9110 §15.4.4).
    const page = { statusCode: 303, headers, body: "" };
    return answerOf(page, setCookie(redirect.cookie));
  }
  if (method !== "GET" && method !== "HEAD") return wrongMethod(site, "GET, HEAD, POST");
  const opened = await site.openLink(link, browser, deadline);
  if ("reason" in opened) return outcomeAnswer(site, opened.reason);
  const page = pageAnswer(linkPage(site, opened, site.clock.now()), site.styleHash);
  return opened.newCookie ? answerOf(page, setCookie(opened.newCookie)) : answerOf(page);
}

async function answerCallback(
  site: ConsentSite,
  { query, cookies }: WebRequest,
  deadline: Deadline,
): Promise<WebAnswer> {
  const completion = await site.completeConsent(query, browserFrom(cookies), deadline);
  switch (completion.kind) {
    case "granted":
      return answerOf(pageAnswer(grantedPage(site, completion), site.styleHash));
    case "not-issued":
      return outcomeAnswer(site, outcomeOf(completion.code));
    case "refused":
      return outcomeAnswer(site, completion.reason);
    default:
      return outcomeAnswer(site, completion.kind);
  }
}

function wrongRealm(site: ConsentSite, reason: RefusalReason): WebAnswer {
  site.log.warn("consent-refused", { realm: realmName(site.realm), reason });
  return outcomeAnswer(site, reason);
}

/** The page that says how it ended. */
export function outcomeAnswer(site: ConsentSite, kind: ConsentOutcome): WebAnswer {
  return answerOf(pageAnswer(outcomePage(site, kind), site.styleHash));
}

function wrongMethod(site: ConsentSite, allowed: string): WebAnswer {
  const { page } = outcomeAnswer(site, "not-a-page");
  return answerOf({ ...page, statusCode: 405, headers: { ...page.headers, Allow: allowed } });
}

function answerOf(page: PageAnswer, cookie?: string): WebAnswer {
  return unprintable<WebAnswer>({ page, ...(cookie && { cookie }) });
}
