import type { SimulatedReply } from "./reply.ts";

/** Markup. Everything else is escaped when it is inserted into a page. */
export interface Html {
  readonly markup: string;
}

type Part = string | Html | readonly Html[] | undefined;

export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const interpolated = texts.map(
    (text, at) => text + (at < parts.length ? markupOf(parts[at]) : ""),
  );
  return { markup: interpolated.join("") };
}

/** A page of the provider. */
export function pageReply(status: number, title: string, content: Html): SimulatedReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
  return { status, headers: pageHeaders, body: { raw: page.markup } };
}

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escaped(part);
  return "markup" in part ? part.markup : part.map(({ markup }) => markup).join("");
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
};

const style: Html = {
  markup: `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 2rem auto; padding: 0 1rem; }
label { display: block; margin: .75rem 0 .25rem; }
label.choice { display: flex; gap: .5rem; align-items: baseline; }
input:not([type=checkbox], [type=radio]) { width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; }
button { margin: 1rem .5rem 0 0; padding: .5rem 1rem; font: inherit; }
fieldset { margin: 1rem 0; }
output { display: block; font-family: monospace; overflow-wrap: anywhere; }
`,
};
