/**
 * An address with parameters behind those that it has (RFC 6749 §3.1). Blanks are %20, which every server reads; `+` is
 * a blank in forms only.
 */
export function withParameters(
  address: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(address);
  const added = Object.entries(parameters).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  url.search = [url.search.slice(1), ...added].filter(Boolean).join("&");
  return url.href;
}
