/** What a path has in common with a template. */
export interface PathMatch {
  /** How many segments are the template's own: the most specific template wins. */
  readonly literalSegments: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** `/v1/tokens/conferma/sandbox/{account}`; throws on `{proxy+}` and whatever else is not known here. */
export function compilePathTemplate(template: string): (path: string) => PathMatch | undefined {
  const segments = template.split("/");
  const fixed = segments.filter((segment) => !segment.startsWith("{")).length;
  const pattern = new RegExp(`^${segments.map(segmentPattern).join("/")}$`);
  return (path) => {
    const match = pattern.exec(path);
    if (!match) return undefined;
    const given = Object.entries(match.groups ?? {});
    return {
      literalSegments: fixed,
      parameters: Object.fromEntries(given.map(([name, value]) => [name, decodeSegment(value)])),
    };
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
  return matches.sort((one, other) => other.literalSegments - one.literalSegments)[0];
}

function segmentPattern(segment: string): string {
  const [, parameter] = /^\{(\w+)\}$/.exec(segment) ?? [];
  if (parameter !== undefined) return `(?<${parameter}>[^/]+)`;
  if (/^[\w.~-]*$/.test(segment)) return segment.replaceAll(".", "\\.");
  throw new Error(`The segment ${segment} of a path is not known here.`);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
