import { realmName } from "../../model/connection.ts";
import type { RefusalReason } from "../../model/consent-outcome.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { Deadline } from "../../model/time-limits.ts";
import { asRestEvent, isApiEvent } from "../api-event.ts";
import { answerResult, isResultSegment, resultAnswer } from "./consent-results.ts";
import type { LocalizedSite, WebAnswer } from "./consent-site.ts";
import { answerOf, outcomeAnswer, redirectAnswer, wrongMethod } from "./consent-site.ts";
import { linkPage } from "./link-page.ts";
import { outcomeOf } from "./outcome-pages.ts";
import { pageAnswer } from "./page.ts";
import type { ShownResult } from "./shown-result.ts";
import { shownConsent } from "./shown-result.ts";
import type { WebRequest } from "./web-request.ts";
import { browserFrom, isReading, setCookie } from "./web-request.ts";

/** Any prefix is accepted: an API's stage, or a base path of the public address. */
const consentPath = /\/consent\/([^/]+\/[^/]+)\/([^/]+)\/?$/;
const callbackPath = /\/callback\/([^/]+\/[^/]+)\/?$/;

/** True for a browser's request, false for a program's and for malformed events. */
export function isPageEvent(event: unknown): boolean {
  const rest = asRestEvent(event);
  return isApiEvent(rest) && (consentPath.test(rest.path) || callbackPath.test(rest.path));
}

/** True for the redirect of a provider. Only a GET is one: a HEAD by a link scanner must not use up a consent. */
export function isCallback({ method, path }: WebRequest): boolean {
  return method === "GET" && callbackPath.test(path);
}

/** Routes a browser's request. Fails with a `VendingError`. */
export async function answerPage(
  site: LocalizedSite,
  request: WebRequest,
  deadline: Deadline,
): Promise<WebAnswer> {
  const [, realm, segment] = consentPath.exec(request.path) ?? [];
  if (realm && segment) return answerConsent(site, request, realm, segment, deadline);
  const [, callbackRealm] = callbackPath.exec(request.path) ?? [];
  if (!callbackRealm) return outcomeAnswer(site, "not-a-page");
  if (!isCallback(request)) return wrongMethod(site, "GET");
  const result: ShownResult =
    callbackRealm === realmName(site.realm)
      ? await resultOf(site, request, deadline)
      : { kind: wrongRealm(site, "mixed-up") };
  return resultAnswer(site, request, result, true);
}

async function answerConsent(
  site: LocalizedSite,
  request: WebRequest,
  realm: string,
  segment: string,
  deadline: Deadline,
): Promise<WebAnswer> {
  if (realm !== realmName(site.realm)) return outcomeAnswer(site, wrongRealm(site, "link-unknown"));
  return isResultSegment(segment)
    ? answerResult(site, segment, request)
    : answerLink(site, request, new Sensitive(segment), deadline);
}

async function answerLink(
  site: LocalizedSite,
  request: WebRequest,
  link: Sensitive,
  deadline: Deadline,
): Promise<WebAnswer> {
  const browser = browserFrom(request.cookies);
  if (request.method === "POST") {
    const redirect = await site.continueConsent(link, browser, deadline);
    if ("reason" in redirect) return outcomeAnswer(site, redirect.reason);
    return redirectAnswer(redirect.url, setCookie(redirect.cookie));
  }
  if (!isReading(request)) return wrongMethod(site, "GET, HEAD, POST");
  const opened = await site.openLink(link, browser, deadline);
  if ("reason" in opened) return outcomeAnswer(site, opened.reason);
  const page = pageAnswer(linkPage(site, opened, site.clock.now()), site, site.styleHash);
  return opened.newCookie ? answerOf(page, setCookie(opened.newCookie)) : answerOf(page);
}

async function resultOf(
  site: LocalizedSite,
  { query, cookies }: WebRequest,
  deadline: Deadline,
): Promise<ShownResult> {
  const completion = await site.completeConsent(query, browserFrom(cookies), deadline);
  switch (completion.kind) {
    case "granted":
      return shownConsent(completion);
    case "not-issued":
      return { kind: outcomeOf(completion.code) };
    case "refused":
      return { kind: completion.reason };
    default:
      return { kind: completion.kind };
  }
}

function wrongRealm(site: LocalizedSite, reason: RefusalReason): RefusalReason {
  site.log.warn("consent-refused", { realm: realmName(site.realm), reason });
  return reason;
}
