import { realmName } from "../../model/connection.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { LocalizedSite, WebAnswer } from "./consent-site.ts";
import { answerOf, outcomeAnswer, redirectAnswer, wrongMethod } from "./consent-site.ts";
import { grantedPage } from "./granted-page.ts";
import { pageAnswer } from "./page.ts";
import type { ShownResult } from "./shown-result.ts";
import { readResult, writeResult } from "./shown-result.ts";
import type { ConsentOutcome } from "./texts/page-texts.ts";
import type { WebRequest } from "./web-request.ts";
import { browserFrom, isReading, keptResult, resultCookie } from "./web-request.ts";

/** How long a browser keeps a result: the one that reached it can show it again for so long. */
const resultLifetimeMs = 600_000;

/** In the place of a link, which is longer. It names the cookies, which only the browser of the link has. */
const resultSegment = /^result-([\w-]{16})$/;

/**
 * Refusals of a browser that is not known, which can be shown no result of its own. Anybody can bring about these two
 * pages in any browser, by an address of the callback.
 */
const refusalSegments: Readonly<Record<string, ConsentOutcome>> = {
  "refused-browser": "cookies-needed",
  "refused-answer": "mixed-up",
};

/** Whether the last segment of a page's path is that of a result, instead of a link. */
export function isResultSegment(segment: string): boolean {
  return resultSegment.test(segment) || Object.hasOwn(refusalSegments, segment);
}

/**
 * Leads a browser from the callback, whose address has code and state, to the address of its result, which has neither.
 * The result is a cookie, signed with the secret that the browser has for its link. What ended the link stays the result,
 * whatever is sent later.
 */
export async function resultAnswer(
  site: LocalizedSite,
  { query, cookies }: WebRequest,
  result: ShownResult,
  endsLink: boolean,
): Promise<WebAnswer> {
  const [refusal] = Object.entries(refusalSegments).find(([, kind]) => kind === result.kind) ?? [];
  if (refusal) return redirectAnswer(addressOf(site, refusal));
  const id = site.pendingIdIn(query)?.slice(0, 16) ?? "";
  const secret = browserFrom(cookies).secretFor(id);
  if (!secret) return pageOf(site, result);
  const address = addressOf(site, `result-${id}`);
  // A second callback says only that there was a first one, whose answer may still be on its way to the browser.
  const isSettled = openResult(site, id, secret, cookies)?.endsLink || result.kind === "link-used";
  if (isSettled) return redirectAnswer(address);
  const text = writeResult({ result, endsLink });
  const signed = `${text}.${signatureOf(site, id, secret, text).expose()}`;
  return redirectAnswer(address, resultCookie(id, signed, resultLifetimeMs));
}

/** The page at the address of a result: the same at each reload, and nothing in any other browser. */
export async function answerResult(
  site: LocalizedSite,
  segment: string,
  request: WebRequest,
): Promise<WebAnswer> {
  if (!isReading(request)) return wrongMethod(site, "GET, HEAD");
  const { cookies } = request;
  const refusal = refusalSegments[segment];
  if (refusal) return outcomeAnswer(site, refusal);
  const [, id = ""] = resultSegment.exec(segment) ?? [];
  const secret = browserFrom(cookies).secretFor(id);
  if (!secret) return outcomeAnswer(site, "no-result");
  const kept = openResult(site, id, secret, cookies);
  return pageOf(site, kept?.result ?? { kind: "link-used" });
}

async function pageOf(site: LocalizedSite, result: ShownResult): Promise<WebAnswer> {
  if (result.kind !== "granted") return outcomeAnswer(site, result.kind);
  const page = grantedPage(site, result, await site.flow());
  return answerOf(pageAnswer(page, site, site.styleHash));
}

/** Null where the browser has no result of this link, or one that was not signed with its secret for that. */
function openResult(site: LocalizedSite, id: string, secret: Sensitive, cookies: string) {
  const [text = "", signature = ""] = keptResult(cookies, id).split(".");
  const isSigned = site.browserSecrets.isSame(
    signature,
    signatureOf(site, id, secret, text).expose(),
  );
  return isSigned ? readResult(text) : null;
}

function signatureOf(site: LocalizedSite, id: string, secret: Sensitive, text: string): Sensitive {
  const { browserSecrets, realm } = site;
  return browserSecrets.mac(secret, `result ${realmName(realm)} ${id} ${text}`);
}

function addressOf({ baseUrl, realm }: LocalizedSite, segment: string): string {
  return `${baseUrl}/consent/${realmName(realm)}/${segment}`;
}
