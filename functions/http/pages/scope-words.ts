import type { ConsentFlow } from "../../model/consent.ts";
import type { Html } from "./html.ts";
import { fill, html } from "./html.ts";
import type { PageView } from "./page-view.ts";
import { namesOf, textsIn } from "./page-view.ts";

/** A list of scopes, each in the realm's words, in those of the pages, or by the provider's own name. */
export function accessList(scopes: readonly string[], flow: ConsentFlow, view: PageView): Html {
  return html`<ul>
${scopes.map((scope) => html`<li>${wordsOf(scope, flow, view)}</li>\n`)}</ul>`;
}

function wordsOf(scope: string, flow: ConsentFlow, view: PageView): Html | string {
  const { language } = view.locale;
  const texts = textsIn(view.locale);
  const configured = new Map(Object.entries(flow.scopeWords)).get(scope);
  const own = typeof configured === "string" ? configured : (configured?.[language] ?? null);
  const known = new Map<string, string>(Object.entries(texts.scopes)).get(scope);
  const words = own ?? known ?? (typeof configured === "object" ? configured["en"] : undefined);
  if (words !== undefined) return html`<bdi>${words}</bdi>`;
  const name = html`<code><bdi>${scope}</bdi></code>`;
  return fill(texts.unknownScope, { ...namesOf(view), scope: name });
}
