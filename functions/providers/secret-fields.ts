import * as v from "valibot";
import { VendingError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { parseJson } from "../platform/parse-json.ts";

/** A line break is what pasting leaves behind. */
export const plainText = v.pipe(
  v.string(),
  v.regex(/^\P{Cc}+$/u, "must not be empty or hold control characters"),
);

/** A field that must never be printed. */
export const sensitiveText = v.pipe(
  plainText,
  v.transform((text) => new Sensitive(text)),
);

/** A key that goes into a header as it is. */
export const headerKey = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,16384}$/, "must be visible ASCII without blanks"),
  v.transform((text) => new Sensitive(text)),
);

/** A client id for Basic authentication holds no colon and no control character (RFC 7617 §2). */
export const basicClientId = v.pipe(
  v.string(),
  v.regex(/^[^\p{Cc}:]+$/u, "must not be empty or hold a colon"),
);

/** The JSON of a secret, as its provider needs it. Fails with `secret-malformed`, naming the field and no value. */
export function readSecret<T>(secret: Sensitive, schema: v.GenericSchema<unknown, T>): T {
  const value = parseJson(secret.expose());
  if (value === undefined) throw malformed("SecretString: must be JSON.");
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? "SecretString";
  const isMissing = issue.received === "undefined";
  const isOfText = issue.kind === "validation";
  const problem = isMissing ? "is missing" : isOfText ? issue.message : `must be ${issue.expected}`;
  throw malformed(`${field}: ${problem}.`);
}

function malformed(detail: string): VendingError {
  return new VendingError("secret-malformed", detail);
}
