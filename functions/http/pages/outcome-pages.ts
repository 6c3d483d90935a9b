import type { ProblemCode } from "../../model/errors.ts";
import { html } from "./html.ts";
import type { ConsentRequester, Page } from "./page.ts";

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
  "provider-away",
  "try-later",
  "our-fault",
  "no-result",
  "not-a-page",
] as const;

export type ConsentOutcome = (typeof consentOutcomes)[number];

interface Wording {
  readonly status: number;
  readonly title: string;
  readonly what: string;
  /** What to do; `{requester}` is replaced by the requester's name. */
  readonly advice: string;
  readonly retryAfterSeconds?: number;
}

const wordings: Readonly<Record<ConsentOutcome, Wording>> = {
  "link-unknown": {
    status: 404,
    title: "This link does not work",
    what: "It is incomplete, or it was used, or its few minutes are over. Nothing was granted by opening it.",
    advice:
      "Open it once more exactly as you got it. If it still does not work, ask {requester} for a new link.",
  },
  "link-used": {
    status: 410,
    title: "This link no longer works",
    what: "It was used, or its few minutes are over. A link works for one decision only.",
    advice:
      "If you saw that access is granted, you are done and may close this page. If not, ask {requester} for a new link.",
  },
  "link-expired": {
    status: 410,
    title: "This link has expired",
    what: "For your safety it works for a few minutes only. Nothing was granted.",
    advice: "Ask {requester} for a new link, and use it soon after you get it.",
  },
  "other-browser": {
    status: 403,
    title: "This link is in use in another browser",
    what: "Once somebody has continued with a link, no other browser and no other device can use it. Nothing was granted here.",
    advice:
      "If that was you, continue in that browser. If it was not you, tell {requester} and ask for a new link.",
  },
  "cookies-needed": {
    status: 400,
    title: "This is not the browser you started in",
    what: "To know that it was you who continued, this site stores one cookie in your browser for a few minutes, and this browser has not sent it. Either it blocks cookies, or you came back in a different browser. Nothing was granted.",
    advice:
      "Allow cookies for this site, then open your link again in the browser in which you want to continue. If it no longer works, ask {requester} for a new link.",
  },
  "mixed-up": {
    status: 400,
    title: "This answer does not match your request",
    what: "The page you came from has sent an answer that matches no request of this browser. It was not used, and nothing was granted.",
    advice:
      "Open your link again and continue from there. If you did not open a link yourself, close this page and tell {requester}.",
  },
  denied: {
    status: 200,
    title: "Access is not granted",
    what: "You declined, or the provider declined for you. Nothing was granted, and nothing has changed.",
    advice:
      "If that is what you wanted, you may close this page. If not, ask {requester} for a new link.",
  },
  "provider-error": {
    status: 502,
    title: "Access was not set up",
    what: "The provider reported an error, or sent an answer that this site cannot read. Some providers report it this way when you decline. If you agreed, something went wrong.",
    advice:
      "If you declined, you may close this page. If not, ask {requester} for a new link and try again. If it happens again, tell them.",
  },
  "code-refused": {
    status: 502,
    title: "The provider did not accept the consent",
    what: "You agreed, but the provider did not confirm it. Nothing was granted, and what you granted earlier still applies.",
    advice: "Ask {requester} for a new link and try again. If it happens again, tell them.",
  },
  "provider-away": {
    status: 503,
    title: "The provider is not answering",
    what: "You agreed, but the provider could not be reached to confirm it. Access may not have been granted.",
    advice: "Wait a few minutes, then ask {requester} for a new link and try again.",
    retryAfterSeconds: 300,
  },
  "try-later": {
    status: 503,
    title: "This is not possible right now",
    what: "A part of this site is not answering at the moment. It is not your fault.",
    advice:
      "Open your link again in a minute. If it no longer works, ask {requester} for a new one.",
    retryAfterSeconds: 60,
  },
  "our-fault": {
    status: 500,
    title: "Something is wrong on our side",
    what: "It is not your fault, and trying again will not help.",
    advice: "Tell {requester} that access could not be set up.",
  },
  "no-result": {
    status: 404,
    title: "There is no result to show",
    what: "A result is shown for ten minutes, and only in the browser in which it was reached.",
    advice: "To know whether access is granted, ask {requester}.",
  },
  "not-a-page": {
    status: 404,
    title: "There is nothing here",
    what: "No page has this address.",
    advice: "If you were given a link, open it exactly as you got it.",
  },
};

/** A page that says what happened and what to do about it. */
export function outcomePage({ requester }: ConsentRequester, outcome: ConsentOutcome): Page {
  const { status, title, what, advice, retryAfterSeconds } = wordings[outcome];
  return {
    status,
    title,
    body: html`<p>${what}</p>
<h2>What to do</h2>
<p>${advice.replace("{requester}", () => requester)}</p>`,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

const outcomes: Readonly<Record<ProblemCode, ConsentOutcome>> = {
  "invalid-request": "our-fault",
  "unknown-connection": "our-fault",
  "scope-conflict": "our-fault",
  "validity-unavailable": "our-fault",
  "consent-required": "code-refused",
  frozen: "our-fault",
  "credentials-rejected": "our-fault",
  "secret-malformed": "our-fault",
  "provider-malformed": "provider-error",
  contested: "provider-error",
  "provider-throttled": "provider-away",
  "provider-unavailable": "provider-away",
  "renewal-in-progress": "try-later",
  "store-unavailable": "try-later",
  "secret-unavailable": "try-later",
  internal: "our-fault",
};

/** What the page says when a consent ended with this problem. */
export function outcomeOf(code: ProblemCode): ConsentOutcome {
  return outcomes[code];
}
