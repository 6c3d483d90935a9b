import * as v from "valibot";
import type {
  ConnectionPage,
  ConsentLink,
  Problem,
  VendAnswer,
} from "../functions/http/contract.ts";
import { connectionStates } from "../functions/model/connection-status.ts";
import { problemCodes } from "../functions/model/errors.ts";

const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description));
const text = (description: string) => described(v.string(), description);
const count = (description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description));
const instant = v.pipe(v.string(), v.isoTimestamp());
const instantAt = (description: string) => described(instant, description);
const nullableInstant = (description: string) => described(v.nullable(instant), description);

const connection = text("provider/environment/account");
const fingerprint = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{12}$/),
  v.description("First twelve hexadecimal digits of the token's SHA-256: may be logged."),
);

/** What the contract's interfaces say, as shapes that can be looked at; the compiler holds one to the other. */
export const credentialSchema = v.strictObject({
  connection,
  version: count("Counts this connection's tokens; the number to name in a rejection."),
  header: described(
    v.strictObject({ name: v.string(), value: v.string() }),
    "Put this header into the request to the provider.",
  ),
  extraHeaders: described(
    v.exactOptional(v.record(v.string(), v.string())),
    "Headers that the provider wants beside it, where the realm has any.",
  ),
  token: text("The bare token, for what is no header."),
  fingerprint,
  issuedAt: instantAt("When its answer was received."),
  usableUntil: nullableInstant(
    "The promise: until then no renewal revokes it, margins and handover already taken off. Null for a key without end.",
  ),
  expiresAt: nullableInstant("What the provider said; null where it named no instant."),
}) satisfies v.GenericSchema<unknown, VendAnswer>;

export const problemSchema = v.strictObject({
  type: text("A URI of the kind of problem; it ends in the code."),
  title: text("The kind of problem, in words."),
  status: v.pipe(v.number(), v.integer(), v.description("The HTTP status.")),
  code: described(v.picklist(problemCodes), "The kind of problem, for programs."),
  detail: text("This problem, for people: what stands in the way, and what to do about it."),
  connection: v.exactOptional(connection),
  retryable: described(v.boolean(), "The same request may succeed later."),
  retryAfterSeconds: v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.description("Where waiting helps.")),
  ),
}) satisfies v.GenericSchema<unknown, Problem>;

export const consentLinkSchema = v.strictObject({
  url: v.pipe(
    v.string(),
    v.url(),
    v.description("One-time, for one person: opens the page that says who asks for what."),
  ),
  expiresAt: instantAt("The link is dead from then on."),
}) satisfies v.GenericSchema<unknown, ConsentLink>;

const lease = v.strictObject({
  since: instant,
  until: instantAt("A holder that has not ended it by then has vanished."),
  reason: text("Why it is renewed."),
});

const lastIssue = v.strictObject({
  at: instant,
  reason: text("Why it was asked for."),
  latencyMs: count("Of the provider's answer, in milliseconds."),
});

const lastFailure = v.strictObject({
  at: instant,
  code: v.picklist(problemCodes),
  detail: text("In words of token vending, never of the provider."),
  count: count("Consecutive failures."),
  retryAt: instantAt("Nobody asks the provider again before."),
});

export const connectionPageSchema = v.strictObject({
  connections: v.array(
    v.strictObject({
      connection,
      state: described(v.picklist(connectionStates), "What an operator should know, in a word."),
      version: count("Tokens committed so far; 0 before the first."),
      fingerprint: v.nullable(fingerprint),
      issuedAt: v.nullable(instant),
      usableUntil: nullableInstant(
        "Until when callers are vended it; null too for a key without end.",
      ),
      expiresAt: nullableInstant("What the provider said."),
      renewAt: nullableInstant("The earliest instant of the next renewal."),
      lease: described(v.nullable(lease), "A renewal under way."),
      lastIssue: described(
        v.nullable(lastIssue),
        "The latest success among the last few calls to the provider.",
      ),
      lastFailure: described(
        v.nullable(lastFailure),
        "Null once a token has been committed since.",
      ),
    }),
  ),
  cursor: described(
    v.nullable(v.string()),
    "Asks for the next page, with the same realm or without; null on the last.",
  ),
}) satisfies v.GenericSchema<unknown, ConnectionPage>;
