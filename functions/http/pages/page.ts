import type { Html } from "./html.ts";
import { fill, html } from "./html.ts";
import { pageStyle } from "./page-style.ts";
import type { PageTone } from "./page-tone.ts";
import { toneIcon } from "./page-tone.ts";
import type { PageView } from "./page-view.ts";
import { namesOf, textsIn } from "./page-view.ts";

/** The content of a page, without the document around it. */
export interface Page {
  readonly status: number;
  readonly tone: PageTone;
  readonly title: Html;
  readonly body: Html;
  /** The `form-action` sources of the content security policy. A page without them has no form. */
  readonly formAction?: string;
  readonly retryAfterSeconds?: number;
}

export interface PageAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Headers of every answer to a browser: never cached, framed or indexed, over TLS only, out of reach of a page that opened
 * it, and its address is never sent as a referrer.
 */
export const privateHeaders = {
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  // Two years: not of subdomains, which may belong to others.
  "Strict-Transport-Security": "max-age=63072000",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Robots-Tag": "noindex, nofollow",
} as const;

/** The response that shows a page. `styleHash` is the SHA-256 of `pageStyle`, base64. */
export function pageAnswer(page: Page, view: PageView, styleHash: string): PageAnswer {
  const { status, formAction = "'none'", retryAfterSeconds } = page;
  return {
    statusCode: status,
    headers: {
      ...privateHeaders,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Language": view.locale.language,
      Vary: "Accept-Language, Cookie",
      "Content-Security-Policy": policy(styleHash, formAction, view.requester.logo !== null),
      ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
    },
    body: renderDocument(page, view),
  };
}

function policy(styleHash: string, formAction: string, hasLogo: boolean): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    ...(hasLogo ? ["img-src data:"] : []),
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

function renderDocument({ tone, title, body }: Page, view: PageView): string {
  const { requester, locale } = view;
  const style: Html = { markup: `<style>${pageStyle}</style>` };
  return html`<!doctype html>
<html lang="${locale.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${style}
</head>
<body>
<header>${requester.logo === null ? "" : html`<img src="${requester.logo}" alt="">`}<bdi>${requester.name}</bdi></header>
<main class="${tone}">
<p class="tone">${toneIcon(tone)}<span>${textsIn(locale).tones[tone]}</span></p>
<h1>${title}</h1>
${body}
</main>
${footer(view)}
</body>
</html>
`.markup;
}

/** How to reach the requester, and what it says about privacy; empty where the deployment says neither. */
function footer(view: PageView): Html | string {
  const { contact, privacyUrl } = view.requester;
  if (contact === null && privacyUrl === null) return "";
  const texts = textsIn(view.locale);
  const names = namesOf(view);
  return html`<footer>
${contact === null ? "" : html`<p>${fill(texts.contact, names)} <a href="${contact.url}">${contact.text}</a></p>`}
${privacyUrl === null ? "" : html`<p><a href="${privacyUrl}">${fill(texts.privacy, names)}</a></p>`}
</footer>`;
}
