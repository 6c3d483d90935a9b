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

/**
 * `route` defaults to the simulator's first one. Faults of a route are applied in the order in which they were added.
 */
const scheduling = {
  route: v.optional(v.string()),
  times: v.optional(v.union([v.pipe(v.number(), v.minValue(1)), v.literal("always")]), 1),
};

/** With `afterIssuing` the request takes effect first: old tokens are revoked, but the caller sees only the fault. */
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
  /** The content type is JSON unless `headers` override it. Any header may be forged, including lengths. */
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
  /** 429; `retryAfter` is sent unchanged: seconds, a date, or an invalid value. */
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
  /** Half of the JSON, in an otherwise correct response. */
  v.strictObject({ kind: v.literal("truncate"), ...scheduling }),
  v.strictObject({ kind: v.literal("byte-order-mark"), ...scheduling }),
  /** An error that quotes every credential that the provider received, and the one that it issued. */
  v.strictObject({
    kind: v.literal("echo"),
    status: v.optional(v.number(), 500),
    ...replacesReply,
  }),
  /** Changes a successful body: with a function in process, with a JSON merge patch over HTTP. */
  v.strictObject({ kind: v.literal("override-body"), override: bodyChange, ...scheduling }),
  v.strictObject({ kind: v.literal("patch-body"), patch: v.unknown(), ...scheduling }),
  /** Changes the parameters of a redirect: null removes one, a list repeats it. */
  v.strictObject({
    kind: v.literal("rewrite-location"),
    set: v.record(v.string(), v.nullable(v.union([v.string(), v.array(v.string())]))),
    ...scheduling,
  }),
  /** Issues an invalid ID token. */
  v.strictObject({
    kind: v.literal("corrupt-id-token"),
    how: v.picklist(idTokenCorruptions),
    ...scheduling,
  }),
  /** Returns the live token again, with its old instants or with a new lifetime. */
  v.strictObject({
    kind: v.literal("same-token"),
    lifetime: v.optional(v.picklist(["as-it-was", "extended"]), "as-it-was"),
    ...scheduling,
  }),
]);

export const faultKinds = faultSchema.options.map(({ entries }) => entries.kind.literal);

export type Fault = v.InferInput<typeof faultSchema>;
export type ScriptedFault = v.InferOutput<typeof faultSchema>;

/** Whether the request takes effect in spite of the fault. */
export function takesEffect(fault: ScriptedFault | undefined): boolean {
  if (fault === undefined) return true;
  if (fault.kind === "destroy") return fault.when !== "before-handling";
  return "afterIssuing" in fault ? fault.afterIssuing : true;
}

export interface FaultQueue {
  add(fault: Fault): void;
  /** Removes one occurrence of the first fault for this route. */
  take(route: string): ScriptedFault | undefined;
  clear(): void;
}

interface QueuedFault {
  readonly route: string;
  readonly fault: ScriptedFault;
  remaining: number;
}

export function createFaultQueue(routes: readonly string[]): FaultQueue {
  let queue: QueuedFault[] = [];

  return {
    add(fault) {
      const scripted = v.parse(faultSchema, fault);
      const route = scripted.route ?? routes[0];
      if (route === undefined || !routes.includes(route)) {
        throw new RangeError(`no route "${route}" here, only ${routes.join(", ")}`);
      }
      const remaining = scripted.times === "always" ? Number.POSITIVE_INFINITY : scripted.times;
      queue.push({ route, fault: scripted, remaining });
    },
    take(route) {
      const next = queue.find((waiting) => waiting.route === route);
      if (next === undefined) return undefined;
      next.remaining -= 1;
      queue = queue.filter((waiting) => waiting.remaining > 0);
      return next.fault;
    },
    clear() {
      queue = [];
    },
  };
}
