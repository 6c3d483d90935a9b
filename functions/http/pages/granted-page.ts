import type { ConsentFlow } from "../../model/consent.ts";
import type { Html } from "./html.ts";
import { fill, html } from "./html.ts";
import { instantInWords } from "./locale.ts";
import type { Page } from "./page.ts";
import type { PageView } from "./page-view.ts";
import { namesOf, referenceRow, textsIn } from "./page-view.ts";
import { accessList } from "./scope-words.ts";
import type { ShownConsent } from "./shown-result.ts";

/** The page after a consent: what was granted and what was not, until when, and how to withdraw it. */
export function grantedPage(view: PageView, consent: ShownConsent, flow: ConsentFlow): Page {
  const { account, customer, isExtended, withheld, isAbridged } = consent;
  const texts = textsIn(view.locale);
  const { granted } = texts;
  const names = namesOf(view);
  const isPart = withheld.length > 0;
  const customerName = html`<dt>${fill(granted.customer, names)}</dt><dd><bdi>${customer ?? ""}</bdi></dd>`;
  return {
    status: 200,
    tone: isPart ? "part" : "success",
    title: html`${isPart ? granted.partTitle : granted.title}`,
    body: html`<p>${fill(granted.canUse, names)}</p>
<dl>
${customer === null ? "" : html`<div>${customerName}</div>\n`}<div><dt>${granted.until}</dt><dd>${untilWhen(view, consent)}</dd></div>
${referenceRow(view, account)}</dl>
${isExtended ? html`<p class="quiet">${fill(granted.isExtended, names)}</p>` : ""}
<h2>${granted.allowed}</h2>
${allowedAccess(view, consent, flow)}
${isPart ? withheldAccess(view, withheld, flow) : ""}
${isAbridged ? html`<p>${fill(granted.isAbridged, names)}</p>` : ""}
<h2>${texts.withdrawal}</h2>
<p>${fill(texts.howToWithdraw, names)}</p>
<p>${granted.close}</p>`,
  };
}

function allowedAccess(view: PageView, { granted: scopes }: ShownConsent, flow: ConsentFlow): Html {
  const { granted } = textsIn(view.locale);
  const names = namesOf(view);
  if (scopes === null) return html`<p>${fill(granted.noDetails, names)}</p>`;
  return scopes.length > 0
    ? accessList(scopes, flow, view)
    : html`<p>${fill(granted.nothing, names)}</p>`;
}

function withheldAccess(view: PageView, withheld: readonly string[], flow: ConsentFlow): Html {
  const { granted } = textsIn(view.locale);
  return html`<h2>${granted.notAllowed}</h2>
${accessList(withheld, flow, view)}
<p>${fill(granted.ifUnwanted, namesOf(view))}</p>`;
}

function untilWhen(view: PageView, { endsAt }: ShownConsent): Html {
  if (endsAt === null) return fill(textsIn(view.locale).granted.untilUnknown, namesOf(view));
  const instant = new Date(endsAt);
  const words = instantInWords(instant, view.locale, view.requester.timeZone);
  return html`<time datetime="${instant.toISOString()}">${words}</time>`;
}
