import type { APIGatewayProxyEvent } from "aws-lambda";
import * as v from "valibot";
import type { Realm } from "../model/connection.ts";
import { accountPattern } from "../model/connection.ts";
import type { VendRequest } from "../model/credential.ts";
import { VendingError } from "../model/errors.ts";
import { parseJson } from "../platform/parse-json.ts";
import { rejectionBody, vendPayload, vendQuery } from "./contract.ts";

const tokenPath = /\/v1\/tokens\/([^/]+)\/([^/]+)\/([^/]+?)(\/rejections)?\/?$/;

export function isProxyEvent(event: unknown): event is APIGatewayProxyEvent {
  return (
    typeof event === "object" &&
    event !== null &&
    "httpMethod" in event &&
    "requestContext" in event
  );
}

/** What is asked of this realm, by direct invocation or by the API. Fails naming the field. */
export function readRequest(event: unknown, realm: Realm): VendRequest {
  return isProxyEvent(event) ? readProxyEvent(event, realm) : readPayload(event ?? {});
}

function readPayload(payload: unknown): VendRequest {
  const { account, minValiditySeconds, rejectedVersion } = parse(vendPayload, payload, "payload");
  return {
    account: requireAccount(account),
    minValiditySeconds,
    rejectedVersion: rejectedVersion ?? null,
  };
}

function readProxyEvent(event: APIGatewayProxyEvent, realm: Realm): VendRequest {
  const { account, isRejection } = readPath(event.path, realm);
  requireMethod(event.httpMethod, isRejection ? "POST" : "GET");
  const query = readQuery(event);
  if (!isRejection) {
    const { minValiditySeconds } = parse(vendQuery, query, "query");
    return { account, minValiditySeconds, rejectedVersion: null };
  }
  parse(v.strictObject({}), query, "query");
  const { version } = parse(rejectionBody, readBody(event), "body");
  return { account, minValiditySeconds: 0, rejectedVersion: version };
}

function readPath(path: string, realm: Realm): { account: string; isRejection: boolean } {
  const match = tokenPath.exec(path);
  if (!match) throw new VendingError("unknown-connection", "No connection has this path.");
  const [provider, environment, account] = match.slice(1, 4).map(decoded);
  if (provider !== realm.provider || environment !== realm.environment) {
    const detail = `This function vends for ${realm.provider}/${realm.environment} only.`;
    throw new VendingError("unknown-connection", detail);
  }
  return { account: requireAccount(account), isRejection: match[4] !== undefined };
}

/** Null for a segment that is not properly encoded: it names nothing. */
function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function requireAccount(account: string | null | undefined): string {
  if (account && accountPattern.test(account)) return account;
  const detail = "account: must be 1 to 63 of a-z, 0-9 and . _ - @ + =, beginning with a-z or 0-9.";
  throw new VendingError("unknown-connection", detail);
}

function requireMethod(method: string, expected: "GET" | "POST"): void {
  if (method === expected) return;
  throw new VendingError("invalid-request", `method: this path takes ${expected}.`);
}

/** A parameter given twice arrives as one with the last value; its other values are in the multi-value form. */
function readQuery(event: APIGatewayProxyEvent): Readonly<Record<string, unknown>> {
  const repeated = Object.entries(event.multiValueQueryStringParameters ?? {});
  for (const [name, values] of repeated) {
    if (values && values.length > 1) {
      throw new VendingError("invalid-request", `${name}: is given more than once.`);
    }
  }
  return event.queryStringParameters ?? {};
}

function readBody({ body, isBase64Encoded }: APIGatewayProxyEvent): unknown {
  const text = isBase64Encoded ? Buffer.from(body ?? "", "base64").toString("utf8") : body;
  const value = parseJson(text ?? "");
  if (value === undefined) throw new VendingError("invalid-request", "body: must be JSON.");
  return value;
}

function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, whole: string): T {
  if (Array.isArray(value))
    throw new VendingError("invalid-request", `${whole}: must be an object.`);
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? whole;
  throw new VendingError("invalid-request", `${field}: ${problemWith(issue)}.`);
}

function problemWith(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not a field of this request";
  return issue.received === "undefined" ? "is missing" : `must be ${wanted(issue)}`;
}

/** What was expected; never what was received, which may be a token in the wrong place. */
function wanted({ type, expected, requirement }: v.BaseIssue<unknown>): string {
  if (type === "integer") return "a whole number";
  if (type === "min_value") return `at least ${requirement}`;
  if (type === "max_value") return `at most ${requirement}`;
  if (type === "regex") return "a whole number of seconds, in digits";
  return expected === "number" ? "a number" : (expected ?? "something else");
}
