import type { RealmId } from "../../model/connection.ts";
import type { ConsentFlow } from "../../model/consent.ts";
import type { RequesterProfile } from "../../platform/consent-environment.ts";
import type { Html } from "./html.ts";
import { fill, html } from "./html.ts";
import type { PageLocale } from "./locale.ts";
import { english } from "./texts/english.ts";
import { french } from "./texts/french.ts";
import { german } from "./texts/german.ts";
import { lithuanian } from "./texts/lithuanian.ts";
import type { Language, PageTexts } from "./texts/page-texts.ts";
import { portuguese } from "./texts/portuguese.ts";
import { spanish } from "./texts/spanish.ts";

/** Whose page it is, access to what it is about, and in which language. */
export interface PageView {
  readonly realm: RealmId;
  readonly requester: RequesterProfile;
  /** The provider's name for people. */
  readonly provider: string;
  readonly locale: PageLocale;
}

const texts: Readonly<Record<Language, PageTexts>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  pt: portuguese,
  lt: lithuanian,
};

/** The texts of a page's language. */
export function textsIn({ language }: PageLocale): PageTexts {
  return texts[language];
}

/** The pieces that the texts name: each apart from what is around it, in whatever direction it is written. */
export function namesOf({ requester, provider }: PageView) {
  return { requester: html`<bdi>${requester.name}</bdi>`, provider: html`<bdi>${provider}</bdi>` };
}

/** The same, for where there can be no markup. */
export function plainNamesOf({ requester, provider }: PageView) {
  return { requester: requester.name, provider };
}

/** The provider's name for people: its display name, or else the host of its pages. */
export function providerName({ displayName, origin }: ConsentFlow): string {
  return displayName ?? new URL(origin).host;
}

/** The account's name, as what it is: the requester's. One that is called so by default says nothing to anybody. */
export function referenceRow(view: PageView, account: string): Html | string {
  if (account === "default") return "";
  const name = fill(textsIn(view.locale).reference, namesOf(view));
  return html`<div><dt>${name}</dt><dd><bdi>${account}</bdi></dd></div>\n`;
}
