import * as v from "valibot";
import type { RealmId } from "../model/connection.ts";
import { accountPattern } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";

/** True for what looks like an event of a REST API, or of an HTTP API with payload format 1.0. */
export function isProxyEvent(event: unknown): event is object {
  return (
    typeof event === "object" &&
    event !== null &&
    "httpMethod" in event &&
    "requestContext" in event
  );
}

/** Validates a value. Fails with `invalid-request`, naming the field (or `whole`), never its value. */
export function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, whole: string): T {
  if (Array.isArray(value))
    throw new VendingError("invalid-request", `${whole}: must be an object.`);
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const field = path === null ? whole : nameOfField(path, whole);
  throw new VendingError("invalid-request", `${field}: ${problemWith(issue)}.`);
}

const fieldName = /^[\w.-]{1,64}$/;

/** The name of a field, which may be the caller's own: one that is no short word may be a token in the wrong place. */
export function nameOfField(name: string, whole: string): string {
  return fieldName.test(name) ? name : `a field of the ${whole}`;
}

/** Fails with `invalid-request` for another method. */
export function requireMethod(method: string, expected: "GET" | "POST"): void {
  if (method === expected) return;
  throw new VendingError("invalid-request", `method: this path takes ${expected}.`);
}

/** The account in a path whose first three groups are the connection. Fails with `unknown-connection`. */
export function requireConnection(match: RegExpExecArray, realm: RealmId): string {
  const [provider, environment, account] = match.slice(1, 4).map(decoded);
  if (provider !== realm.provider || environment !== realm.environment) {
    const detail = `This function vends for ${realm.provider}/${realm.environment} only.`;
    throw new VendingError("unknown-connection", detail);
  }
  return requireAccount(account);
}

/** Fails with `unknown-connection` for text that cannot name an account. */
export function requireAccount(account: string | null | undefined): string {
  if (account && accountPattern.test(account)) return account;
  const detail = "account: must be 1 to 63 of a-z, 0-9 and . _ - @ + =, beginning with a-z or 0-9.";
  throw new VendingError("unknown-connection", detail);
}

export function unknownPath(): VendingError {
  return new VendingError("unknown-connection", "No connection has this path.");
}

function problemWith(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not a field of this request";
  return issue.received === "undefined" ? "is missing" : `must be ${expectation(issue)}`;
}

/** Says what was expected, never what was received: that may be a token in the wrong field. */
function expectation({ type, expected, requirement, message }: v.BaseIssue<unknown>): string {
  if (type === "integer") return "a whole number";
  if (type === "min_value") return `at least ${requirement}`;
  if (type === "max_value") return `at most ${requirement}`;
  // Only our own messages begin like this; the library's messages quote the received value.
  if (message.startsWith("must be ")) return message.slice("must be ".length);
  return expected === "number" ? "a number" : (expected ?? "something else");
}

/** Null for a segment with an invalid percent encoding. */
function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
