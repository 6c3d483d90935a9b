import { msBetween } from "../../model/clock.ts";
import type { ConsentFlow } from "../../model/consent.ts";
import type { OpenLink } from "../../model/consent-outcome.ts";
import type { Html } from "./html.ts";
import { fill, html } from "./html.ts";
import { durationInWords } from "./locale.ts";
import type { Page } from "./page.ts";
import type { PageView } from "./page-view.ts";
import { namesOf, plainNamesOf, referenceRow, textsIn } from "./page-view.ts";
import { accessList } from "./scope-words.ts";

/** The page behind a link: who asks for what, what happens next, how to withdraw it, and a button to continue. */
export function linkPage(view: PageView, { pending, flow }: OpenLink, now: Date): Page {
  const texts = textsIn(view.locale);
  const { link } = texts;
  const names = namesOf(view);
  const host = html`<strong>${new URL(flow.origin).host}</strong>`;
  const time = durationInWords(msBetween(now, pending.expiresAt), view.locale);
  return {
    status: 200,
    tone: "question",
    title: fill(link.title, plainNamesOf(view)),
    formAction: formAction(flow.origin),
    body: html`<p>${link.choice}</p>
<dl>
<div><dt>${texts.whoAsks}</dt><dd>${names.requester}</dd></div>
<div><dt>${texts.accessTo}</dt><dd>${names.provider}${stageOf(view)}</dd></div>
${referenceRow(view, pending.account)}</dl>
<h2>${fill(link.requested, names)}</h2>
${requestedAccess(view, flow)}
<h2>${link.next}</h2>
<ol>
<li>${fill(link.go, { ...names, host })}</li>
<li>${fill(link.decide, names)}</li>
<li>${link.comeBack}</li>
</ol>
<h2>${texts.withdrawal}</h2>
<p>${fill(texts.howToWithdraw, names)}</p>
<form method="post"><button>${fill(link.button, names)}</button></form>
<p class="quiet">${fill(link.timeLeft, { time })} ${link.once}</p>`,
  };
}

/** Nobody is to take a test for the real thing, or the other way round. */
function stageOf({ realm }: PageView): Html | string {
  return realm.environment === "production" ? "" : html` (${realm.environment})`;
}

function requestedAccess(view: PageView, flow: ConsentFlow): Html {
  const { link } = textsIn(view.locale);
  const names = namesOf(view);
  if (flow.scopes.length === 0) return html`<p>${fill(link.notYetKnown, names)}</p>`;
  return html`<p>${fill(link.ifAllowed, names)}</p>
${accessList(flow.scopes, flow, view)}
<p>${fill(link.otherWords, names)}</p>`;
}

/** Browsers apply `form-action` to every redirect after the form, and providers redirect to further hosts of their own. */
function formAction(origin: string): string {
  return origin.startsWith("http:") ? "'self' https: http:" : "'self' https:";
}
