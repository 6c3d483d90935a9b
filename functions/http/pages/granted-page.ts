import { accountOf } from "../../model/connection.ts";
import type { ConsentFlow } from "../../model/consent.ts";
import type { Completion } from "../../model/consent-outcome.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import type { ConsentRequester } from "../asking.ts";
import { consentEndsAt } from "../consent-end.ts";
import type { Html } from "./html.ts";
import { html } from "./html.ts";
import type { Page } from "./page.ts";
import { accessList, providerName, scopesOf } from "./provider-words.ts";

/** What was granted, and what was not; until when; and that nothing is left to do. */
export function grantedPage(
  { requester }: ConsentRequester,
  { connection, flow, record }: Extract<Completion, { kind: "granted" }>,
): Page {
  const name = providerName(flow);
  const customer = record.consent?.customer ?? null;
  const granted = grantedScopes(record);
  const withheld = flow.scopes.filter((scope) => granted && !isGranted(scope, granted, record));
  const title = withheld.length > 0 ? "A part of the access is granted" : "Access is granted";
  return {
    status: 200,
    title,
    body: html`<p><bdi>${requester}</bdi> can now use ${name} in your name.</p>
<dl>
<div><dt>Account</dt><dd><bdi>${accountOf(connection)}</bdi></dd></div>
${customer === null ? "" : html`<div><dt>Customer</dt><dd><bdi>${customer}</bdi></dd></div>`}
<div><dt>Until</dt><dd>${untilWhen(record)}</dd></div>
</dl>
${record.consent?.refresh ? html`<p class="quiet">Where ${name} prolongs an access that is in use, it lasts longer.</p>` : ""}
<h2>What you allowed</h2>
${granted ? allowed(granted, flow) : html`<p>The provider did not say in detail.</p>`}
${withheld.length > 0 ? notAllowed(withheld, flow, requester) : ""}
<h2>If you change your mind</h2>
<p>Withdraw the access at ${name}, or tell <bdi>${requester}</bdi> to end it.</p>
<p>You may close this page.</p>`,
  };
}

/** A provider that has said who consented has granted `openid`, whatever it lists (OpenID Connect Core §3.1.2.1). */
function isGranted(scope: string, granted: string[], { consent }: TokenRecord): boolean {
  return granted.includes(scope) || (scope === "openid" && consent?.subject != null);
}

function allowed(granted: readonly string[], flow: ConsentFlow): Html {
  return granted.length > 0 ? accessList(granted, flow) : html`<p>Nothing, the provider says.</p>`;
}

function notAllowed(withheld: readonly string[], flow: ConsentFlow, requester: string): Html {
  return html`<h2>What was asked for but not allowed</h2>
${accessList(withheld, flow)}
<p>If that was your choice, there is nothing to do. If not, ask <bdi>${requester}</bdi> for a new link.</p>`;
}

/** Null where the provider named no scope and none was requested, or named it in a way that cannot be read. */
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
