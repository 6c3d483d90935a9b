import type { VendAnswer } from "../functions/http/contract.ts";
import { formatFields } from "./format-fields.ts";
import { withRelativeTime } from "./relative-time.ts";

/** A credential for people; its token only where they asked to see it. */
export function formatCredential(answer: VendAnswer, isShown: boolean, now: Date): string {
  const { connection, version, header, extraHeaders = {}, fingerprint, usableUntil } = answer;
  const { issuedAt, expiresAt } = answer;
  const headers = Object.entries({ [header.name]: header.value, ...extraHeaders });
  return formatFields([
    ["connection", connection],
    ["version", String(version)],
    ["fingerprint", fingerprint],
    ["issued", withRelativeTime(issuedAt, now)],
    ["usable until", usableUntil === null ? "no end" : withRelativeTime(usableUntil, now)],
    [
      "expires",
      expiresAt === null ? "the provider names no instant" : withRelativeTime(expiresAt, now),
    ],
    ...headers.map(([name, value]): [string, string] => [
      "header",
      isShown ? `${name}: ${value}` : `${name} (--show-token shows it)`,
    ]),
  ]);
}
