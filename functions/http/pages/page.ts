import type { RealmId } from "../../model/connection.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** Who asks for consents: named on every page. */
export interface ConsentRequester {
  readonly realm: RealmId;
  /** The name by which people know the company. */
  readonly requester: string;
}

/** The content of a page, without the document around it. */
export interface Page {
  readonly status: number;
  readonly title: string;
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

/** The inline style of every page. The content security policy allows it by its hash. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #fff; --ink: #1b1f24; --quiet: #4d5661; --line: #c5ccd3; --action: #0a4da2; --on-action: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --ink: #eceff2; --quiet: #b4bdc6; --line: #464f58; --action: #9cc7ff; --on-action: #08213f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 38rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.15rem; }
p, ul, ol, dl { margin: 0 0 1rem; }
ul, ol { padding-left: 1.4rem; }
li { margin: 0.3rem 0; }
dl { border-top: 1px solid var(--line); }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 8rem; color: var(--quiet); }
dd { flex: 1 1 12rem; margin: 0; font-weight: 600; }
code { font-size: 0.95em; }
.quiet { color: var(--quiet); }
button {
  display: block; width: 100%; min-height: 3rem; margin: 1.5rem 0; padding: 0.6rem 1.25rem;
  border: 2px solid transparent; border-radius: 0.5rem; background: var(--action); color: var(--on-action);
  font: inherit; font-weight: 600; overflow-wrap: anywhere; cursor: pointer;
}
button:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--action); outline-offset: 3px; }
@media (forced-colors: active) { button { border-color: ButtonText; } }
`;
