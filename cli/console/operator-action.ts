import * as v from "valibot";
import type { BreakName } from "./snapshot.ts";

const segment = "[a-z0-9][a-z0-9._-]{0,62}";
const connection = v.pipe(
  v.string(),
  v.regex(new RegExp(`^${segment}/${segment}/[a-z0-9][a-z0-9._@+=-]{0,62}$`)),
);
const realm = v.pipe(v.string(), v.regex(new RegExp(`^${segment}/${segment}$`)));
/** A connection or a whole realm. */
const target = v.union([connection, realm]);
const reason = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(200),
  v.regex(/^\P{Cc}*$/u),
);

const breaks: readonly BreakName[] = [
  ...(["slow", "throttle", "down", "mend", "revoke", "rotate"] as const),
  ...(["kill", "short-lives", "call"] as const),
];

/** What the page may ask for: what the command line can do too and, on the local stack, to break something. */
export const operatorAction = v.variant("act", [
  v.strictObject({ act: v.literal("vend"), connection }),
  v.strictObject({
    act: v.literal("reject"),
    connection,
    version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  }),
  v.strictObject({ act: v.literal("consent"), connection }),
  v.strictObject({ act: v.literal("disconnect"), connection }),
  v.strictObject({ act: v.literal("freeze"), target, reason }),
  v.strictObject({ act: v.literal("thaw"), target, reason }),
  v.strictObject({ act: v.literal("break"), realm, how: v.picklist(breaks) }),
  v.strictObject({ act: v.literal("callers"), isOn: v.boolean() }),
]);

export type OperatorAction = v.InferOutput<typeof operatorAction>;
