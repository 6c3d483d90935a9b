import type { ConsentFlow } from "../../model/consent.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** The provider's name for people: its display name, or else the host of its pages. */
export function providerName({ displayName, origin }: ConsentFlow): string {
  return displayName ?? new URL(origin).host;
}

/** Descriptions of OpenID Connect's scopes (Core §5.4, §11), each to follow "may". */
const standardScopeWords: ConsentFlow["scopeWords"] = {
  openid: "know who you are there",
  profile: "see your name and profile",
  email: "see your e-mail address",
  phone: "see your phone number",
  address: "see your postal address",
  offline_access: "keep this access while you are away",
};

/** A list of scopes, each with its description, or with its name where it has none. */
export function accessList(scopes: readonly string[], { scopeWords }: ConsentFlow): Html {
  const words = new Map(Object.entries({ ...standardScopeWords, ...scopeWords }));
  const describe = (scope: string) =>
    words.get(scope) ?? html`use what the provider calls <code><bdi>${scope}</bdi></code>`;
  return html`<ul>
${scopes.map((scope) => html`<li>${describe(scope)}</li>\n`)}</ul>`;
}
