/** Parses JSON; undefined for anything else, because the error of `JSON.parse` quotes the text, which may be a secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
