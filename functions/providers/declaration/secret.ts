import * as v from "valibot";
import { Sensitive } from "../../model/sensitive.ts";
import { parseJson } from "../../platform/parse-json.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";
import { secretMalformed } from "../exchange/field-problem.ts";
import { parseInstant } from "../exchange/instant.ts";

/** One member of a secret's JSON. */
interface SecretMember {
  /** One line, for operators and docs. */
  readonly meaning: string;
  /** `v.optional` for an optional member. */
  readonly shape: v.GenericSchema;
  /** It is PEM, which nobody can type at a prompt. */
  readonly isMultiLine?: true;
}

export type SecretMembers = Readonly<Record<string, SecretMember>>;

type Shapes<Members extends SecretMembers> = {
  readonly [Name in keyof Members]: Members[Name]["shape"];
};

/** A secret's parsed members. */
export type SecretOf<Members extends SecretMembers> = v.InferOutput<
  v.ObjectSchema<Shapes<Members>, undefined>
>;

/** Refuses control characters, because pasting often adds a line break. */
export const plainText = v.pipe(
  v.string(),
  v.regex(/^\P{Cc}+$/u, "must not be empty or hold control characters"),
);

/** A member that must never be printed. */
export const sensitiveText = v.pipe(
  plainText,
  v.transform((text) => new Sensitive(text)),
);

/** A key that fits a header. */
export const headerKey = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,16384}$/, "must be visible ASCII without blanks"),
  v.transform((text) => new Sensitive(text)),
);

/** A client id for Basic authentication: no colon and no control character (RFC 7617 §2). */
export const basicClientId = v.pipe(
  v.string(),
  v.regex(/^[^\p{Cc}:]+$/u, "must not be empty or hold a colon"),
);

/** When a key expires, if its owner knows. */
export const keyExpiry = {
  meaning: "when the key expires: ISO 8601 with an offset",
  shape: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => parseInstant(text) !== null,
        "must be an instant with an offset (ISO 8601)",
      ),
    ),
  ),
};

/** The names of a secret's required members. */
export function requiredMembers(secret: SecretMembers): string[] {
  return Object.keys(secret).filter((name) => secret[name]?.shape.type !== "optional");
}

/** Parses a secret as its provider declares it. Fails with `secret-malformed`, naming the member but no value. */
export function parseSecret<Members extends SecretMembers>(
  text: Sensitive,
  members: Members,
  findProblem: (secret: SecretOf<Members>) => FieldProblem | null,
): SecretOf<Members> {
  const value = parseJson(text.expose());
  if (value === undefined)
    throw secretMalformed({ field: "SecretString", problem: "must be JSON" });
  const broken = Object.keys(members).find((name) => isBroken(Object(value)[name]));
  const half = "must not hold half a surrogate pair";
  if (broken) throw secretMalformed({ field: broken, problem: half });
  const result = v.safeParse(schemaOf(members), value, { abortEarly: true });
  if (!result.success) throw secretMalformed(problemOf(result.issues[0]));
  const problem = findProblem(result.output);
  if (problem) throw secretMalformed(problem);
  return result.output;
}

/** JSON can escape half a surrogate pair, which no encoding for a header, form or address accepts. */
function isBroken(member: unknown): boolean {
  return typeof member === "string" && !member.isWellFormed();
}

function schemaOf<Members extends SecretMembers>(members: Members) {
  const shapes = Object.entries(members).map(([name, { shape }]) => [name, shape]);
  return v.object(Object.fromEntries(shapes) as Shapes<Members>);
}

function problemOf(issue: v.BaseIssue<unknown>): FieldProblem {
  const field = v.getDotPath(issue) ?? "SecretString";
  if (issue.received === "undefined") return { field, problem: "is missing" };
  // A validation has our own message; a schema only names the expected type.
  const isSentence = issue.kind === "validation";
  return { field, problem: isSentence ? issue.message : `must be ${issue.expected}` };
}
