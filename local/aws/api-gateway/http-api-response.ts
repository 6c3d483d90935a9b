import type { ServerResponse } from "node:http";
import {
  array,
  boolean,
  integer,
  maxValue,
  minValue,
  nullish,
  number,
  object,
  pipe,
  record,
  safeParse,
  string,
  union,
} from "valibot";

const responseFormat2 = object({
  statusCode: pipe(number(), integer(), minValue(100), maxValue(599)),
  headers: nullish(record(string(), union([string(), number(), boolean()])), {}),
  cookies: nullish(array(string()), []),
  body: nullish(string(), ""),
  isBase64Encoded: nullish(boolean(), false),
});

/**
 * Payload format 2.0: a payload without `statusCode` is itself the body, as JSON. Returns false for an invalid
 * response.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.v2
 */
export function sendHttpApiResponse(response: ServerResponse, payload: unknown): boolean {
  const { success, output } = safeParse(responseFormat2, inferResponse(payload));
  if (!success) return false;
  response.statusCode = output.statusCode;
  response.setHeader("content-type", "text/plain;charset=UTF-8");
  for (const [name, value] of Object.entries(output.headers)) {
    response.setHeader(name.toLowerCase(), String(value));
  }
  if (output.cookies.length > 0) response.setHeader("set-cookie", output.cookies);
  response.end(Buffer.from(output.body, output.isBase64Encoded ? "base64" : "utf8"));
  return true;
}

function inferResponse(payload: unknown): unknown {
  if (typeof payload === "object" && payload !== null && "statusCode" in payload) return payload;
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  return { statusCode: 200, headers: { "content-type": "application/json" }, body };
}
