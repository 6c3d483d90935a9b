import type { ServerResponse } from "node:http";
import {
  array,
  boolean,
  integer,
  maxValue,
  minValue,
  nullish,
  number,
  pipe,
  record,
  safeParse,
  strictObject,
  string,
  union,
} from "valibot";

const headerValue = union([string(), number(), boolean()]);

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
const proxyResponse = strictObject({
  statusCode: pipe(number(), integer(), minValue(100), maxValue(599)),
  headers: nullish(record(string(), headerValue), {}),
  multiValueHeaders: nullish(record(string(), array(headerValue)), {}),
  body: nullish(string(), ""),
  isBase64Encoded: nullish(boolean(), false),
});

/** Returns false if the function's payload is not a valid response. */
export function sendProxyResponse(response: ServerResponse, payload: unknown): boolean {
  const { success, output } = safeParse(proxyResponse, payload);
  if (!success) return false;
  response.statusCode = output.statusCode;
  response.setHeader("Content-Type", "application/json");
  for (const [name, value] of Object.entries(output.headers)) {
    response.setHeader(name, String(value));
  }
  for (const [name, values] of Object.entries(output.multiValueHeaders)) {
    response.setHeader(name, values.map(String));
  }
  response.end(Buffer.from(output.body, output.isBase64Encoded ? "base64" : "utf8"));
  return true;
}
