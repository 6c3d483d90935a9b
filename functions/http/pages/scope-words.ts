import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** Accesses by the name that providers give them, each as the end of "may …". */
const plainWords: Readonly<Record<string, string>> = {
  openid: "know who you are there",
  profile: "see your name and profile",
  email: "see your e-mail address",
  phone: "see your phone number",
  address: "see your postal address",
  offline_access: "keep this access while you are away",
  "psd2-ais": "see your payment accounts, their balances and their transactions",
  "psd2-pis": "start payments from your payment accounts",
};

/** The scopes of RFC 6749 §3.3, one by one. */
export function scopesOf(scope: string): string[] {
  return [...new Set(scope.split(/\s+/).filter(Boolean))];
}

/** A list of accesses, in words of everyday where there are any. */
export function accessList(scopes: readonly string[]): Html {
  return html`<ul>
${scopes.map((scope) => html`<li>${describeScope(scope)}</li>\n`)}</ul>`;
}

function describeScope(scope: string): Html {
  const words = Object.hasOwn(plainWords, scope) ? plainWords[scope] : undefined;
  return words === undefined
    ? html`use what the provider calls <code><bdi>${scope}</bdi></code>`
    : html`${words}`;
}
