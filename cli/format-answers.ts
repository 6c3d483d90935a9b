import type { Disconnected, GrantedConsent, VendAnswer } from "../functions/http/contract.ts";
import type { ConsentLink, ConsentProgressAnswer } from "../functions/http/link-contract.ts";
import { relativeTime, withRelativeTime } from "./relative-time.ts";

/** What is shown beside the headers, which have the token. A new member of the answer has to be added. */
type PlainMember = Exclude<
  keyof VendAnswer,
  "header" | "extraHeaders" | "token" | "grantedScope" | "attributes"
>;

/** Formats a credential for people. The token is shown only on request. */
export function formatCredential(answer: VendAnswer, isTokenShown: boolean, now: Date): string {
  const { header, extraHeaders = {}, usableUntil, expiresAt, grantedScope, attributes } = answer;
  const headers = Object.entries({ [header.name]: header.value, ...extraHeaders });
  const fields: Readonly<Record<PlainMember, readonly [name: string, value: string]>> = {
    connection: ["connection", answer.connection],
    version: ["version", String(answer.version)],
    fingerprint: ["fingerprint", answer.fingerprint],
    issuedAt: ["issued", withRelativeTime(answer.issuedAt, now)],
    usableUntil: [
      "usable until",
      usableUntil === null ? "no end" : withRelativeTime(usableUntil, now),
    ],
    expiresAt: [
      "expires",
      expiresAt === null ? "not stated by the provider" : withRelativeTime(expiresAt, now),
    ],
  };
  return formatFields([
    ...Object.values(fields),
    ...(grantedScope === undefined ? [] : [["granted", grantedScope || "nothing"] as const]),
    ...formatAttributes(attributes),
    ...headers.map(([name, value]): [string, string] => [
      "header",
      isTokenShown ? `${name}: ${value}` : `${name} (--show-token shows it)`,
    ]),
  ]);
}

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
    `It works once, in one browser, and expires ${relativeTime(expiresAt, now)}. Send it to that`,
    "person only: the one who opens it consents.",
    `Next, once the person has consented: npm run vend -- vend ${connection}`,
  ].join("\n");
}

/** What came of a link that somebody has waited for. */
export function formatConsentOutcome({ connection, state }: ConsentProgressAnswer): string {
  if (state === "granted") {
    return [
      `There is a consent to ${connection}.`,
      `Next: npm run vend -- vend ${connection}`,
    ].join("\n");
  }
  return [
    `Nothing came of the link for ${connection}: it was declined or has`,
    "expired, or the provider refused. The function's log says which.",
    `Next: npm run vend -- consent ${connection}`,
  ].join("\n");
}

export function formatGrantedConsent(granted: GrantedConsent, now: Date): string {
  const { connection, version, grantedScope, endsAt, customer, details = {} } = granted;
  const { identity, withheldScope, attributes } = details;
  return formatFields([
    ["connection", connection],
    ["version", String(version)],
    ["granted", grantedScope === "" ? "nothing" : (grantedScope ?? "not stated by the provider")],
    ["ends", endsAt === null ? "not stated by the provider" : withRelativeTime(endsAt, now)],
    ["customer", customer ?? "not stated by the provider"],
    ...(identity === undefined ? [] : [["person", identity] as const]),
    ...(withheldScope === undefined ? [] : [["withheld", withheldScope] as const]),
    ...formatAttributes(attributes),
  ]);
}

export function formatDisconnected(answer: Disconnected): string {
  const { connection, revoked, detail, wasEmpty } = answer;
  if (wasEmpty) return `${connection} was not connected. ${detail}`;
  const ended = `${connection} is disconnected. ${detail}`;
  if (revoked) return `${ended}\nThe provider has revoked the consent.`;
  const advice = "The person should end the consent on the provider's own pages too.";
  return `${ended}\nIt may go on at the provider. ${advice}`;
}

function formatAttributes(
  attributes: Readonly<Record<string, string>> = {},
): (readonly [name: string, value: string])[] {
  return Object.entries(attributes).map(([name, value]) => ["attribute", `${name}: ${value}`]);
}

/** Names and values, one per line. */
function formatFields(fields: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `  ${name.padEnd(width)}   ${value}`).join("\n");
}
