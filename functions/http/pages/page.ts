import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { pageStyle } from "./page-style.ts";

/** A page, before it has its frame. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  /** Where a form of it may lead: sources of a content security policy. A page without one has no form. */
  readonly formAction?: string;
  readonly retryAfterSeconds?: number;
}

export interface PageAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What every answer to a browser carries: it is kept nowhere, framed nowhere, and its address is told to nobody. */
export const privateHeaders = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Robots-Tag": "noindex, nofollow",
} as const;

/** A page as it is sent. `styleHash` is the SHA-256 of `pageStyle`, base64. */
export function pageAnswer(page: Page, styleHash: string): PageAnswer {
  const { status, title, body, formAction = "'none'", retryAfterSeconds } = page;
  return {
    statusCode: status,
    headers: {
      ...privateHeaders,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy(styleHash, formAction),
      ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
    },
    body: renderDocument(title, body),
  };
}

function policy(styleHash: string, formAction: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

function renderDocument(title: string, body: Html): string {
  const style: Html = { markup: `<style>${pageStyle}</style>` };
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${style}
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.markup;
}
