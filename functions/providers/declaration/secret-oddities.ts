import type { SecretExamination, SecretOddity } from "../../model/secret-check.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { parseJson } from "../../platform/parse-json.ts";
import { certificatesIn, validityOf } from "../oauth/client-certificate.ts";
import type { SecretMembers } from "./secret.ts";

/** Looks at a secret for an operator's check. What it tells names members, and quotes nothing. */
export function secretExaminer(members: SecretMembers): (value: Sensitive) => SecretExamination {
  return (value) => {
    const text = value.expose();
    const parsed = parseJson(text);
    const whole = oddityOfWhole(text, parsed);
    const given = Object.keys(members).flatMap((field) => {
      const member: unknown = Object(parsed)[field];
      return typeof member === "string" ? [{ field, text: member }] : [];
    });
    const isPem = ({ field }: { field: string }) => members[field]?.isMultiLine === true;
    const oddities = given.flatMap<SecretOddity>((member) => {
      const oddity = isPem(member) ? oddityOfPem(member.text) : oddityOfLine(member.text);
      return oddity === null ? [] : [{ field: member.field, oddity }];
    });
    const [leaf] = given.filter(isPem).flatMap((member) => certificatesIn(member.text));
    return {
      oddities: whole === null ? oddities : [{ field: "SecretString", oddity: whole }],
      certificate: leaf ? validityOf(leaf) : null,
    };
  };
}

const mark = "begins with a byte order mark";
const quoted = "is in quotation marks";
const tooOften = "is Base64 of what it should be";

/** Why it is no JSON object, if that can be seen. */
function oddityOfWhole(text: string, parsed: unknown): string | null {
  if (text.startsWith("\ufeff")) return mark;
  if (typeof parsed === "string") return "is a JSON string in which there is JSON: quoted twice";
  if (parsed !== undefined) return null;
  if (text.includes("\0")) return "has zero bytes, as UTF-16 has that was read as UTF-8";
  if (isQuoted(text)) return quoted;
  return decodedText(text)?.trimStart().startsWith("{") ? tooOften : null;
}

/** Line breaks belong to PEM, also those of Windows, and so does one at its end. */
function oddityOfPem(text: string): string | null {
  if (text.startsWith("\ufeff")) return mark;
  if (isQuoted(text)) return quoted;
  if (text.includes("-----BEGIN") && text.includes("\\n"))
    return "has the two characters \\n in the place of line breaks";
  return decodedText(text)?.includes("-----BEGIN") ? tooOften : null;
}

/** `trim` takes line breaks, no-break spaces and byte order marks away, too. */
function oddityOfLine(text: string): string | null {
  if (text.startsWith("\ufeff")) return mark;
  if (text !== text.trim()) return "begins or ends with white space";
  if (/\p{Cf}/u.test(text)) return "has characters that nobody sees";
  if (isQuoted(text)) return quoted;
  return decodedText(text) === null
    ? null
    : "is Base64 of plain text, which is right only if the provider issued it so";
}

function isQuoted(text: string): boolean {
  return /^(?:".*"|'.*'|`.*`|[“„«].*[”“»])$/s.test(text.trim());
}

/** What is Base64 of plain ASCII text, decoded; null for anything else. Of random keys of this length, a few in a million are. */
function decodedText(text: string): string | null {
  const compact = text.replaceAll(/\s/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]{18,}={0,2}$/.test(compact)) return null;
  const decoded = Buffer.from(compact, "base64").toString("latin1");
  return /^[\t\n\r\x20-\x7e]+$/.test(decoded) ? decoded : null;
}
