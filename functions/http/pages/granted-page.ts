import { accountOf } from "../../model/connection.ts";
import type { ConsentFlow } from "../../model/consent.ts";
import type { Completion } from "../../model/consent-outcome.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import { consentEndsAt } from "../../model/token-record.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import type { ConsentRequester, Page } from "./page.ts";
import { accessList, providerName, scopesOf } from "./provider-words.ts";

/** The page after a consent: what was granted and what was not, until when, and how to withdraw it. */
export function grantedPage(
  { requester }: ConsentRequester,
  { connection, flow, record }: Extract<Completion, { kind: "granted" }>,
): Page {
  const name = providerName(flow);
  const customer = record.consent?.customer ?? null;
  const granted = grantedScopes(record);
  const withheld = flow.scopes.filter((scope) => granted && !isGranted(scope, granted, record));
  const title = withheld.length > 0 ? "Part of the access is granted" : "Access is granted";
  return {
    status: 200,
    title,
    body: html`<p><bdi>${requester}</bdi> can now use ${name} in your name.</p>
<dl>
<div><dt>Account</dt><dd><bdi>${accountOf(connection)}</bdi></dd></div>
${customer === null ? "" : html`<div><dt>Customer</dt><dd><bdi>${customer}</bdi></dd></div>`}
<div><dt>Until</dt><dd>${untilWhen(record)}</dd></div>
</dl>
${record.consent?.refresh ? html`<p class="quiet">It lasts longer if ${name} extends access that is in use.</p>` : ""}
<h2>What you allowed</h2>
${granted ? allowedAccess(granted, flow) : html`<p>The provider gave no details.</p>`}
${withheld.length > 0 ? withheldAccess(withheld, flow, requester) : ""}
<h2>If you change your mind</h2>
<p>Withdraw the access at ${name}, or tell <bdi>${requester}</bdi> to end it.</p>
<p>You may close this page.</p>`,
  };
}

/** A provider that returned a subject has granted `openid`, even if its `scope` does not list it (OIDC Core §3.1.2.1). */
function isGranted(scope: string, granted: string[], { consent }: TokenRecord): boolean {
  return granted.includes(scope) || (scope === "openid" && consent?.subject != null);
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

/** Null when the provider returned no readable scope and none was requested. */
function grantedScopes({ consent }: TokenRecord): string[] | null {
  const scope = consent?.grantedScope ?? null;
  return scope === null ? null : scopesOf(scope);
}

function untilWhen(record: TokenRecord): Html {
  const endsAt = consentEndsAt(record);
  if (!endsAt) return html`the provider did not say`;
  const words = endsAt.toLocaleString("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return html`<time datetime="${endsAt.toISOString()}">${words} UTC</time>`;
}
