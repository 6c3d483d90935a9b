import * as v from "valibot";

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const texts = v.record(v.string(), v.string());
const delayMs = v.optional(whole);

/** What token vending answers, once: a credential, a problem, bytes, or nothing at all. */
export const answerSchema = v.union([
  v.strictObject({
    version: positive,
    /** From the answer until `usableUntil`; null for a key that does not expire. Default 300; may be negative. */
    usableForSeconds: v.optional(v.nullable(v.number())),
    extraHeaders: v.optional(texts),
    /** Members of the answer that differ, to make one that is not understood. */
    changes: v.optional(v.record(v.string(), v.unknown())),
    delayMs,
  }),
  v.strictObject({
    problem: v.looseObject({
      code: v.string(),
      status: positive,
      retryable: v.boolean(),
      retryAfterSeconds: v.optional(whole),
    }),
    delayMs,
  }),
  v.strictObject({
    status: positive,
    contentType: v.string(),
    body: v.string(),
    delayMs,
  }),
  v.strictObject({ silent: v.literal(true) }),
]);

/** What the client's user gets. Members that are left out are not judged. */
const expectationSchema = v.strictObject({
  /** A credential of this version. */
  version: v.optional(positive),
  /** A response of the provider. */
  status: v.optional(positive),
  /** An error with this code; null for one that is not about vending, such as a refused address. */
  code: v.optional(v.nullable(v.string())),
  retryable: v.optional(v.boolean()),
  retryAfterSeconds: v.optional(v.nullable(whole)),
  /** Since the step began. Generous: machines are busy. */
  withinMs: v.optional(positive),
  notBeforeMs: v.optional(positive),
});

const remainingMs = v.optional(whole);
const common = {
  expect: v.optional(expectationSchema),
  /** So many at once (default 1). */
  times: v.optional(positive),
  /** In `together`: begins when token vending has received so many requests. */
  whenRequests: v.optional(positive),
};

export const stepSchema = v.variant("do", [
  v.strictObject({
    do: v.literal("vend"),
    minValiditySeconds: v.optional(whole),
    /** Milliseconds until the caller's own end, as Lambda's context tells it; none when left out. */
    remainingMs,
    ...common,
  }),
  v.strictObject({ do: v.literal("reject"), version: positive, remainingMs, ...common }),
  v.strictObject({
    do: v.literal("fetch"),
    /** The whole address, or a path of the provider. */
    url: v.string(),
    method: v.string(),
    headers: v.optional(texts),
    body: v.optional(v.string()),
    remainingMs,
    ...common,
  }),
  v.strictObject({ do: v.literal("forget") }),
  /** From now on the client's clock is so far ahead of the machine's. */
  v.strictObject({ do: v.literal("clock"), aheadSeconds: whole }),
]);

const caseSchema = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  /** The promise, in words. */
  rule: v.string(),
  connection: v.optional(v.string()),
  timeoutMs: v.optional(positive),
  retries: v.optional(whole),
  /** The nth request to vend gets the nth answer, and so do reports of a rejection; the last answer is repeated. */
  vends: v.optional(v.array(answerSchema)),
  rejections: v.optional(v.array(answerSchema)),
  /** The provider: 200 for the token of this version, else the refusal's status. */
  provider: v.optional(v.strictObject({ accepts: whole, refusal: v.optional(positive), delayMs })),
  steps: v.array(v.union([stepSchema, v.strictObject({ together: v.array(stepSchema) })])),
  /** Every request that token vending gets, in order: `vend`, `vend minValiditySeconds=60`, `reject 1`. */
  requests: v.array(v.string()),
  /** Least time between the answer to one request and the next, by the next one's number from 1. */
  pauses: v.optional(v.array(v.strictObject({ before: positive, atLeastMs: positive }))),
  /** Every call that the provider gets, in order, with these headers at least. Not judged when left out. */
  calls: v.optional(
    v.array(
      v.strictObject({
        version: positive,
        method: v.optional(v.string()),
        body: v.optional(v.string()),
        headers: v.optional(texts),
      }),
    ),
  ),
});

/** A file of cases. The rules of a client are in them, and in no program. */
export const caseFileSchema = v.strictObject({
  $schema: v.string(),
  cases: v.array(caseSchema),
});

export type ConformanceCase = v.InferOutput<typeof caseSchema>;
export type ConformanceStep = v.InferOutput<typeof stepSchema>;
export type CaseAnswer = v.InferOutput<typeof answerSchema>;
export type StepExpectation = v.InferOutput<typeof expectationSchema>;
