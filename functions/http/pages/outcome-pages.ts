import type { ProblemCode } from "../../model/errors.ts";
import { fill, html } from "./html.ts";
import type { Page } from "./page.ts";
import type { PageTone } from "./page-tone.ts";
import type { PageView } from "./page-view.ts";
import { namesOf, plainNamesOf, textsIn } from "./page-view.ts";
import type { ConsentOutcome } from "./texts/page-texts.ts";

type PageKind = Pick<Page, "status" | "tone" | "retryAfterSeconds">;

const kindOf = (status: number, tone: PageTone, retryAfterSeconds?: number): PageKind => ({
  status,
  tone,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

/** What may be somebody else's doing is a warning; what nobody can help but us or the provider, a defect. */
const kinds: Readonly<Record<ConsentOutcome, PageKind>> = {
  "link-unknown": kindOf(404, "notice"),
  "link-used": kindOf(410, "notice"),
  "link-expired": kindOf(410, "notice"),
  "other-browser": kindOf(403, "warning"),
  "cookies-needed": kindOf(400, "warning"),
  "mixed-up": kindOf(400, "warning"),
  denied: kindOf(200, "notice"),
  "provider-error": kindOf(502, "defect"),
  "code-refused": kindOf(502, "defect"),
  "not-the-named": kindOf(409, "warning"),
  "other-owner": kindOf(409, "warning"),
  "provider-away": kindOf(503, "defect", 300),
  "try-later": kindOf(503, "defect", 60),
  "our-fault": kindOf(500, "defect"),
  "no-result": kindOf(404, "notice"),
  "not-a-page": kindOf(404, "notice"),
};

/** A page that says what happened and what to do about it. */
export function outcomePage(view: PageView, outcome: ConsentOutcome): Page {
  const texts = textsIn(view.locale);
  const { title, what, advice } = texts.outcomes[outcome];
  const names = namesOf(view);
  return {
    ...kinds[outcome],
    title: fill(title, plainNamesOf(view)),
    body: html`<p>${fill(what, names)}</p>
<h2>${texts.whatToDo}</h2>
<p>${fill(advice, names)}</p>`,
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
