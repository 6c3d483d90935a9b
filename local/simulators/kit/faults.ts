import * as v from "valibot";
import { idTokenCorruptions } from "../oauth/id-token.ts";

const milliseconds = v.pipe(v.number(), v.minValue(0));
const headers = v.record(v.string(), v.string());
const bytes = v.union([
  v.string(),
  v.instance(Uint8Array),
  v.pipe(
    v.strictObject({ base64: v.string() }),
    v.transform(({ base64 }) => Buffer.from(base64, "base64")),
  ),
]);

/** `route` is the simulator's first one if unsaid; faults of a route play in the order given. */
const scheduling = {
  route: v.optional(v.string()),
  times: v.optional(v.union([v.pipe(v.number(), v.minValue(1)), v.literal("always")]), 1),
};

/** The request takes effect, old tokens die, and the caller still sees only this. */
const replacesReply = { ...scheduling, afterIssuing: v.optional(v.boolean(), false) };

const bodyChange = v.custom<(body: unknown) => unknown>((value) => typeof value === "function");

export const faultSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("delay"),
    ms: milliseconds,
    when: v.optional(v.picklist(["before-handling", "after-handling"]), "before-handling"),
    ...scheduling,
  }),
  /** Stalls after the first byte of the body. */
  v.strictObject({ kind: v.literal("delay-body"), ms: milliseconds, ...scheduling }),
  /** Declared as JSON unless `headers` say otherwise; any header may be forged, lengths too. */
  v.strictObject({
    kind: v.literal("respond"),
    status: v.number(),
    headers: v.optional(headers, {}),
    body: v.optional(bytes, ""),
    ...replacesReply,
  }),
  v.strictObject({
    kind: v.literal("destroy"),
    when: v.picklist(["before-handling", "after-handling", "half-body"]),
    ...scheduling,
  }),
  /** 429; `retryAfter` is sent as it stands: seconds, a date, or nonsense. */
  v.strictObject({
    kind: v.literal("throttle"),
    retryAfter: v.optional(v.string()),
    shape: v.optional(v.picklist(["centrapay", "oauth", "text"]), "centrapay"),
    ...replacesReply,
  }),
  v.strictObject({
    kind: v.literal("redirect"),
    location: v.string(),
    status: v.optional(v.number(), 302),
    ...replacesReply,
  }),
  v.strictObject({
    kind: v.literal("oversized"),
    bytes: v.optional(v.number(), 50_000_000),
    ...replacesReply,
  }),
  v.strictObject({
    kind: v.literal("gzip-bomb"),
    bytes: v.optional(v.number(), 200_000_000),
    ...replacesReply,
  }),
  /** Half the JSON, in an otherwise correct response. */
  v.strictObject({ kind: v.literal("truncate"), ...scheduling }),
  v.strictObject({ kind: v.literal("byte-order-mark"), ...scheduling }),
  /** An error that repeats every credential the provider saw, and the one it issued (A34). */
  v.strictObject({
    kind: v.literal("echo"),
    status: v.optional(v.number(), 500),
    ...replacesReply,
  }),
  /** Changes a successful body: by a function in process, by a JSON merge patch over HTTP. */
  v.strictObject({ kind: v.literal("override-body"), override: bodyChange, ...scheduling }),
  v.strictObject({ kind: v.literal("patch-body"), patch: v.unknown(), ...scheduling }),
  /** Changes the parameters of a redirect: null takes one away, a list repeats it (A16, A17). */
  v.strictObject({
    kind: v.literal("rewrite-location"),
    set: v.record(v.string(), v.nullable(v.union([v.string(), v.array(v.string())]))),
    ...scheduling,
  }),
  /** An ID token that must not be believed (A23). */
  v.strictObject({
    kind: v.literal("spoil-id-token"),
    how: v.picklist(idTokenCorruptions),
    ...scheduling,
  }),
  /** Hands out the live token again, with its old instants or with a fresh lifetime (A35). */
  v.strictObject({
    kind: v.literal("same-token"),
    lifetime: v.optional(v.picklist(["as-it-was", "extended"]), "as-it-was"),
    ...scheduling,
  }),
]);

export type Fault = v.InferInput<typeof faultSchema>;
export type ScriptedFault = v.InferOutput<typeof faultSchema>;

/** Whether the request has its effect in spite of the fault. */
export function takesEffect(fault: ScriptedFault | undefined): boolean {
  if (fault === undefined) return true;
  if (fault.kind === "destroy") return fault.when !== "before-handling";
  return "afterIssuing" in fault ? fault.afterIssuing : true;
}
