import type { ConsentFlow } from "../../model/consent.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** What people call a provider, or the host of its pages. */
export function providerName({ displayName, origin }: ConsentFlow): string {
  return displayName ?? new URL(origin).host;
}

/** Scopes of OpenID Connect Core §5.4 and §11, each as the end of "may …". */
const standardScopeWords: ConsentFlow["scopeWords"] = {
  openid: "know who you are there",
  profile: "see your name and profile",
  email: "see your e-mail address",
  phone: "see your phone number",
  address: "see your postal address",
  offline_access: "keep this access while you are away",
};

/** The scopes of RFC 6749 §3.3, one by one. */
export function scopesOf(scope: string): string[] {
  return [...new Set(scope.split(/\s+/).filter(Boolean))];
}

/** A list of scopes, in everyday words where there are any. */
export function accessList(scopes: readonly string[], { scopeWords }: ConsentFlow): Html {
  const words = new Map(Object.entries({ ...standardScopeWords, ...scopeWords }));
  const describe = (scope: string) =>
    words.get(scope) ?? html`use what the provider calls <code><bdi>${scope}</bdi></code>`;
  return html`<ul>
${scopes.map((scope) => html`<li>${describe(scope)}</li>\n`)}</ul>`;
}
