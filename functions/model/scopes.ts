/** Splits a scope parameter (RFC 6749 §3.3), without duplicates. Some servers separate its names by commas. */
export function scopesOf(scope: string, separator = /[\s,]+/): string[] {
  return [...new Set(scope.split(separator).filter(Boolean))];
}

/** What a consent is known to include although the provider's `scope` may not list it. */
export interface ImpliedScopes {
  /** The provider has identified the person: `openid` (OpenID Connect Core §3.1.2.1). */
  readonly isIdentified: boolean;
  /** There is a refresh token: `offline_access` (OpenID Connect Core §11). */
  readonly isRefreshable: boolean;
  /** Requested names, and how the provider lists them where that does not follow from the name. */
  readonly renamed: Readonly<Record<string, string>>;
}

/**
 * How a granted `scope` differs from the requested ones: what the person or the provider has withheld, and what was
 * granted although nobody asked. A name that only looks different in the answer is no difference: some servers answer
 * `email` as an address that ends in it, or in other case.
 */
export function scopeDifference(
  requested: readonly string[],
  granted: string,
  { isIdentified, isRefreshable, renamed }: ImpliedScopes,
): { readonly withheld: readonly string[]; readonly added: readonly string[] } {
  const hasCommas = requested.some((scope) => scope.includes(","));
  const listed = scopesOf(granted, hasCommas ? /\s+/ : undefined);
  const explained = new Set<string | undefined>();
  const explains = (name: string | undefined) =>
    name !== undefined && listed.includes(name) && Boolean(explained.add(name));
  const nameOf = (scope: string) => (Object.hasOwn(renamed, scope) ? renamed[scope] : undefined);
  const unlisted = requested.filter((scope) => !explains(scope) && !explains(nameOf(scope)));
  const withheld = unlisted.filter((scope) => {
    const isAlias = (name: string) => !explained.has(name) && shortName(name) === shortName(scope);
    if (explains(listed.find(isAlias))) return false;
    return !((scope === "openid" && isIdentified) || (scope === "offline_access" && isRefreshable));
  });
  return { withheld, added: listed.filter((name) => !explained.has(name)) };
}

/** The last part of an address, in lower case: `https://www.googleapis.com/auth/userinfo.email` means `email`. */
function shortName(scope: string): string {
  return scope
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/^userinfo\./, "");
}
