import * as v from "valibot";
import type { Sensitive } from "../../model/sensitive.ts";
import { parseJson } from "../../platform/parse-json.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";
import { secretMalformed } from "../exchange/field-problem.ts";
import type { SecretMembers, SecretOf, SecretShapes } from "./secret.ts";

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
  return v.object(Object.fromEntries(shapes) as SecretShapes<Members>);
}

function problemOf(issue: v.BaseIssue<unknown>): FieldProblem {
  const field = v.getDotPath(issue) ?? "SecretString";
  if (issue.received === "undefined") return { field, problem: "is missing" };
  // A validation has our own message; a schema only names the expected type.
  const isSentence = issue.kind === "validation";
  return { field, problem: isSentence ? issue.message : `must be ${issue.expected}` };
}
