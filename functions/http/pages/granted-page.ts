import type { ConsentFlow } from "../../model/consent.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import type { ConsentRequester, Page } from "./page.ts";
import { accessList, providerName } from "./provider-words.ts";
import type { ShownConsent } from "./shown-result.ts";

/** The page after a consent: what was granted and what was not, until when, and how to withdraw it. */
export function grantedPage(
  { requester }: ConsentRequester,
  { account, customer, endsAt, isExtended, granted, withheld, isAbridged }: ShownConsent,
  flow: ConsentFlow,
): Page {
  const name = providerName(flow);
  const title = withheld.length > 0 ? "Part of the access is granted" : "Access is granted";
  return {
    status: 200,
    title,
    body: html`<p><bdi>${requester}</bdi> can now use ${name} in your name.</p>
<dl>
<div><dt>Account</dt><dd><bdi>${account}</bdi></dd></div>
${customer === null ? "" : html`<div><dt>Customer</dt><dd><bdi>${customer}</bdi></dd></div>`}
<div><dt>Until</dt><dd>${untilWhen(endsAt)}</dd></div>
</dl>
${isExtended ? html`<p class="quiet">It lasts longer if ${name} extends access that is in use.</p>` : ""}
<h2>What you allowed</h2>
${granted ? allowedAccess(granted, flow) : html`<p>The provider gave no details.</p>`}
${withheld.length > 0 ? withheldAccess(withheld, flow, requester) : ""}
${isAbridged ? html`<p>This list is not complete: ${name} shows all of it.</p>` : ""}
<h2>If you change your mind</h2>
<p>Withdraw the access at ${name}, or tell <bdi>${requester}</bdi> to end it.</p>
<p>You may close this page.</p>`,
  };
}

function allowedAccess(granted: readonly string[], flow: ConsentFlow): Html {
  return granted.length > 0
    ? accessList(granted, flow)
    : html`<p>Nothing, according to the provider.</p>`;
}

function withheldAccess(withheld: readonly string[], flow: ConsentFlow, requester: string): Html {
  return html`<h2>What was asked for but not allowed</h2>
${accessList(withheld, flow)}
<p>If that was your choice, there is nothing to do. If not, ask <bdi>${requester}</bdi> for a new link.</p>`;
}

function untilWhen(endsAtMs: number | null): Html {
  if (endsAtMs === null) return html`the provider did not say`;
  const endsAt = new Date(endsAtMs);
  const words = endsAt.toLocaleString("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return html`<time datetime="${endsAt.toISOString()}">${words} UTC</time>`;
}
