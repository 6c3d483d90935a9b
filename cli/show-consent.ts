import type { ConsentLink, Disconnected, GrantedConsent } from "../functions/http/contract.ts";
import { formatFields } from "./format-fields.ts";
import { relativeTime, withRelativeTime } from "./relative-time.ts";

export function formatConsentLink(
  connection: string,
  { url, expiresAt }: ConsentLink,
  now: Date,
): string {
  return [
    `A link for the person who is to consent to ${connection}:`,
    "",
    `  ${url}`,
    "",
    `It works once, in one browser, and ends ${relativeTime(expiresAt, now)}. Send it to that person alone: whoever opens it consents.`,
    `Next, once that is done: npm run vend -- vend ${connection}`,
  ].join("\n");
}

export function formatGrantedConsent(granted: GrantedConsent, now: Date): string {
  const { connection, version, grantedScope, endsAt, customer } = granted;
  return formatFields([
    ["connection", connection],
    ["version", String(version)],
    ["granted", grantedScope === "" ? "nothing" : (grantedScope ?? "the provider does not say")],
    ["ends", endsAt === null ? "the provider does not say" : withRelativeTime(endsAt, now)],
    ["customer", customer ?? "the provider does not say"],
  ]);
}

export function formatDisconnected({ connection, revoked }: Disconnected): string {
  const here = `${connection} is disconnected: its token and its consent are forgotten here.`;
  if (revoked) return `${here}\nThe provider has revoked the consent.`;
  const why = revoked === null ? "offers no way to revoke one" : "did not revoke it";
  return `${here}\nThe provider ${why}: the person should end the consent on the provider's own pages too.`;
}
