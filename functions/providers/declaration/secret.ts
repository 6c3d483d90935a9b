import * as v from "valibot";
import { Sensitive } from "../../model/sensitive.ts";
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

export type SecretShapes<Members extends SecretMembers> = {
  readonly [Name in keyof Members]: Members[Name]["shape"];
};

/** A secret's parsed members. */
export type SecretOf<Members extends SecretMembers> = v.InferOutput<
  v.ObjectSchema<SecretShapes<Members>, undefined>
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
