/** Markup that needs no escaping. Only `html` makes it. */
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
