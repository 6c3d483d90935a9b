import type { APIGatewayProxyEvent } from "aws-lambda";
import * as v from "valibot";
import { VendingError } from "../model/errors.ts";
import { parseJson } from "../platform/parse-json.ts";

export function isProxyEvent(event: unknown): event is APIGatewayProxyEvent {
  return (
    typeof event === "object" &&
    event !== null &&
    "httpMethod" in event &&
    "requestContext" in event
  );
}

/** A value in the shape that was asked for. Fails with `invalid-request`, naming the field or `whole`, never its value. */
export function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, whole: string): T {
  if (Array.isArray(value))
    throw new VendingError("invalid-request", `${whole}: must be an object.`);
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? whole;
  throw new VendingError("invalid-request", `${field}: ${problemWith(issue)}.`);
}

export function requireMethod(method: string, expected: "GET" | "POST"): void {
  if (method === expected) return;
  throw new VendingError("invalid-request", `method: this path takes ${expected}.`);
}

/** A parameter given twice arrives as one with the last value; its other values are in the multi-value form. */
export function readQuery(event: APIGatewayProxyEvent): Readonly<Record<string, unknown>> {
  const repeated = Object.entries(event.multiValueQueryStringParameters ?? {});
  for (const [name, values] of repeated) {
    if (values && values.length > 1) {
      throw new VendingError("invalid-request", `${name}: is given more than once.`);
    }
  }
  return event.queryStringParameters ?? {};
}

export function readBody({ body, isBase64Encoded }: APIGatewayProxyEvent): unknown {
  const text = isBase64Encoded ? Buffer.from(body ?? "", "base64").toString("utf8") : body;
  const value = parseJson(text ?? "");
  if (value === undefined) throw new VendingError("invalid-request", "body: must be JSON.");
  return value;
}

function problemWith(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not a field of this request";
  return issue.received === "undefined" ? "is missing" : `must be ${expectation(issue)}`;
}

/** What was expected; never what was received, which may be a token in the wrong place. */
function expectation({ type, expected, requirement, message }: v.BaseIssue<unknown>): string {
  if (type === "integer") return "a whole number";
  if (type === "min_value") return `at least ${requirement}`;
  if (type === "max_value") return `at most ${requirement}`;
  // Only words of ours begin like this: a library's own message quotes what it refuses.
  if (message.startsWith("must be ")) return message.slice("must be ".length);
  return expected === "number" ? "a number" : (expected ?? "something else");
}
