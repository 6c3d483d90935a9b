/** Markup that needs no escaping. Only `html` and `fill` make it. */
export interface Html {
  readonly markup: string;
}

type Piece = Html | string | number | readonly Piece[];

/** A template that escapes its pieces, for text and for quoted attributes, unless they are `Html`. */
export function html(template: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const markup = template.reduce(
    (all, text, index) => all + markupOf(pieces[index - 1] ?? "") + text,
  );
  return { markup };
}

/** A text of the pages with the pieces that it names in braces; a piece that is missing is left out. */
export function fill(text: string, pieces: Readonly<Record<string, Html | string>>): Html {
  // Odd parts are names.
  const parts = text.split(/\{(\w+)\}/);
  return html`${parts.map((part, at) => (at % 2 === 0 ? part : (pieces[part] ?? "")))}`;
}

function markupOf(piece: Piece): string {
  if (typeof piece === "string" || typeof piece === "number") return escaped(String(piece));
  return "markup" in piece ? piece.markup : piece.map(markupOf).join("");
}

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => references[character] ?? "");
}
