import type { APIGatewayProxyEvent } from "aws-lambda";
import * as v from "valibot";
import type { RealmId } from "../model/connection.ts";
import { accountPattern } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import { parseJson } from "../platform/parse-json.ts";

/** True for an event of a REST API, and for one of an HTTP API with payload format 1.0. */
export function isProxyEvent(event: unknown): event is APIGatewayProxyEvent {
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
  const field = v.getDotPath(issue) ?? whole;
  throw new VendingError("invalid-request", `${field}: ${problemWith(issue)}.`);
}

/** Fails with `invalid-request` for another method. */
export function requireMethod(method: string, expected: "GET" | "POST"): void {
  if (method === expected) return;
  throw new VendingError("invalid-request", `method: this path takes ${expected}.`);
}

/** The query's parameters. Fails with `invalid-request` for one that is given more than once. */
export function readQuery(event: APIGatewayProxyEvent): Readonly<Record<string, unknown>> {
  // API Gateway has only the last value of a repeated parameter in `queryStringParameters`.
  const repeated = Object.entries(event.multiValueQueryStringParameters ?? {});
  for (const [name, values] of repeated) {
    if (values && values.length > 1) {
      throw new VendingError("invalid-request", `${name}: is given more than once.`);
    }
  }
  return event.queryStringParameters ?? {};
}

/** The body's JSON. Fails with `invalid-request`. */
export function readBody({ body, isBase64Encoded }: APIGatewayProxyEvent): unknown {
  const text = isBase64Encoded ? Buffer.from(body ?? "", "base64").toString("utf8") : body;
  const value = parseJson(text ?? "");
  if (value === undefined) throw new VendingError("invalid-request", "body: must be JSON.");
  return value;
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
