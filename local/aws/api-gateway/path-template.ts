/** How a path matches a template. */
export interface PathMatch {
  /** The number of segments that are not parameters: the more, the more specific the template. */
  readonly literalSegments: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Compiles `/v1/tokens/conferma/sandbox/{account}`. Throws on `{proxy+}` and everything else that is not supported. */
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

/** The most specific match. */
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
  throw new Error(`The segment ${segment} of a path is not supported.`);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
