import { msBetween } from "../../model/clock.ts";
import type { ConsentFlow } from "../../model/consent.ts";
import type { OpenLink } from "../../model/consent-outcome.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import type { ConsentRequester, Page } from "./page.ts";
import { accessList, providerName } from "./provider-words.ts";

/** The page behind a link: who asks for what, what happens next, and a button to continue. */
export function linkPage(
  { realm, requester }: ConsentRequester,
  { pending, flow }: OpenLink,
  now: Date,
): Page {
  const name = providerName(flow);
  const { host } = new URL(flow.origin);
  const minutes = Math.max(1, Math.floor(msBetween(now, pending.expiresAt) / 60_000));
  return {
    status: 200,
    title: `${requester} asks for access to ${name}`,
    formAction: formAction(flow.origin),
    body: html`<p>You can allow it or not. Nothing happens before you press the button below.</p>
<dl>
<div><dt>Who asks</dt><dd><bdi>${requester}</bdi></dd></div>
<div><dt>Access to</dt><dd>${name} (${realm.environment})</dd></div>
<div><dt>For account</dt><dd><bdi>${pending.account}</bdi></dd></div>
</dl>
<h2>What <bdi>${requester}</bdi> asks for</h2>
${requestedAccess(flow, requester)}
<h2>What happens next</h2>
<ol>
<li>You go to ${name}, at <strong>${host}</strong>. Log in only if your browser shows that address or one you know from ${name}.</li>
<li>There you see the request again and decide. <bdi>${requester}</bdi> does not see your password.</li>
<li>You come back here and read what was granted.</li>
</ol>
<form method="post"><button>Continue to ${name}</button></form>
<p class="quiet">This link works for another ${minutes === 1 ? "minute" : `${minutes} minutes`}, and only for the browser that continues first.
If you did not expect it, close this page: nothing is granted.</p>`,
  };
}

function requestedAccess(flow: ConsentFlow, requester: string): Html {
  const name = providerName(flow);
  if (flow.scopes.length === 0)
    return html`<p>${name} tells you which access, before you decide.</p>`;
  return html`<p>If you allow it, <bdi>${requester}</bdi> can use ${name} in your name, to</p>
${accessList(flow.scopes, flow)}
<p>${name} may word it differently. What it shows you before you decide is what counts.</p>`;
}

/** Browsers apply `form-action` to every redirect after the form, and providers redirect to further hosts of their own. */
function formAction(origin: string): string {
  return origin.startsWith("http:") ? "'self' https: http:" : "'self' https:";
}
