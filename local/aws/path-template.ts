/** Finds what a path belongs to, and the values of its parameters. */
export interface PathMatch {
  /** How many segments are the template's own: the most specific template wins. */
  readonly fixed: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** `/v1/tokens/conferma/sandbox/{account}`; throws on `{proxy+}` and whatever else is not known here. */
export function pathTemplate(template: string): (path: string) => PathMatch | undefined {
  const segments = template.split("/").map(readSegment);
  const fixed = segments.filter(({ parameter }) => parameter === undefined).length;
  return (path) => {
    const given = path.split("/");
    if (given.length !== segments.length) return undefined;
    const parameters: Record<string, string> = {};
    for (const [at, { parameter, text }] of segments.entries()) {
      const value = given[at] ?? "";
      if (parameter === undefined ? value !== text : value === "") return undefined;
      if (parameter !== undefined) parameters[parameter] = decoded(value);
    }
    return { fixed, parameters };
  };
}

/** The best of those that match. */
export function mostSpecific<T>(
  all: readonly T[],
  match: (each: T) => PathMatch | undefined,
): { readonly found: T; readonly parameters: PathMatch["parameters"] } | undefined {
  const matches = all.flatMap((found) => {
    const matched = match(found);
    return matched ? [{ found, ...matched }] : [];
  });
  return matches.sort((one, other) => other.fixed - one.fixed)[0];
}

function readSegment(text: string): { readonly text: string; readonly parameter?: string } {
  const [, parameter] = /^\{(\w+)\}$/.exec(text) ?? [];
  if (parameter !== undefined) return { text, parameter };
  if (/[{}]/.test(text)) throw new Error(`The segment ${text} of a path is not known here.`);
  return { text };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
