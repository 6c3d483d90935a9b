import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as v from "valibot";
import { VendingError } from "../model/errors.ts";
import { parseJson } from "../platform/parse-json.ts";
import { isProxyEvent, nameOfField, parse } from "./read-fields.ts";

/** A function that may be invoked directly can be sent anything, so every member that is read is validated. */
const apiEvent = v.object({
  /** Only an HTTP API's event has one. */
  version: v.optional(v.string()),
  httpMethod: v.string(),
  path: v.string(),
  headers: membersOf(isText, "an object of texts"),
  multiValueHeaders: membersOf(areTexts, "an object of lists of texts"),
  queryStringParameters: membersOf(isText, "an object of texts"),
  multiValueQueryStringParameters: membersOf(areTexts, "an object of lists of texts"),
  /** This and `cookies`: payload format 2.0 only. */
  rawQueryString: v.nullish(v.string()),
  cookies: v.nullish(v.array(v.string())),
  body: v.nullish(v.string()),
  isBase64Encoded: v.nullish(v.boolean()),
  requestContext: v.custom<Readonly<Record<string, unknown>>>(isObject, "must be an object"),
});

/** What is read of an event of a REST API, or of an HTTP API (either payload format), in the form of a REST API's. */
export type ApiEvent = v.InferOutput<typeof apiEvent>;

/**
 * The event of a REST API, or of an HTTP API that `asRestEvent` has converted; null for any other. Fails with
 * `invalid-request` for a malformed one, naming the member.
 */
export function readApiEvent(event: unknown): ApiEvent | null {
  return isProxyEvent(event) ? parse(apiEvent, event, "event") : null;
}

/** True for an event that `readApiEvent` reads. */
export function isApiEvent(event: unknown): event is ApiEvent {
  return isProxyEvent(event) && v.is(apiEvent, event);
}

/** True for what looks like payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function isHttpApiEvent(event: unknown): event is Partial<APIGatewayProxyEventV2> {
  return (
    typeof event === "object" &&
    event !== null &&
    "rawPath" in event &&
    "requestContext" in event &&
    "http" in Object(event.requestContext)
  );
}

/**
 * An HTTP API's event of payload format 2.0 in the form of a REST API's event. Its `version` tells them apart. Any other
 * event is returned as it is.
 */
export function asRestEvent(event: unknown): unknown {
  if (!isHttpApiEvent(event)) return event;
  const { method } = Object(event.requestContext?.http);
  return { ...event, version: "2.0", httpMethod: method, path: event.rawPath };
}

/** The query's parameters. Fails with `invalid-request` for one that is given more than once. */
export function readQuery(event: ApiEvent): Readonly<Record<string, unknown>> {
  // API Gateway has only the last value of a repeated parameter in `queryStringParameters`.
  const repeated = Object.entries(event.multiValueQueryStringParameters ?? {});
  for (const [name, values] of repeated) {
    if (values && values.length > 1) {
      const field = nameOfField(name, "query");
      throw new VendingError("invalid-request", `${field}: is given more than once.`);
    }
  }
  return event.queryStringParameters ?? {};
}

/** The body's JSON. Fails with `invalid-request`. */
export function readBody({ body, isBase64Encoded }: ApiEvent): unknown {
  const text = isBase64Encoded ? Buffer.from(body ?? "", "base64").toString("utf8") : body;
  const value = parseJson(text ?? "");
  if (value === undefined) throw new VendingError("invalid-request", "body: must be JSON.");
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Not `v.record`, which leaves out `constructor` and `__proto__`: a query may have such names. */
function membersOf<Member>(isMember: (value: unknown) => value is Member, expected: string) {
  type Members = Readonly<Record<string, Member | null | undefined>>;
  const areMembers = (value: unknown) =>
    isObject(value) &&
    Object.values(value).every((each) => each === null || each === undefined || isMember(each));
  return v.nullish(v.custom<Members>(areMembers, `must be ${expected}`));
}

/** What the name of a principal in AWS can be. Anything else is not written: the event may be anybody's. */
export const principalArn = /^arn:[a-z-]{3,20}:(iam|sts)::\d{12}:[\w+=,.@/-]{1,640}$/;
