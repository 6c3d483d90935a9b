import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import { isProxyEvent } from "../read-fields.ts";

/** What a browser asked for, whichever API of API Gateway passed it on. */
export interface WebRequest {
  readonly method: string;
  readonly path: string;
  /** Every value of a name that is given more than once. */
  readonly query: URLSearchParams;
  /** As one `Cookie` header would carry them. */
  readonly cookies: string;
}

/** A REST API's event, or an HTTP API's with payload format 2.0; null for a direct invocation. */
export function readWebRequest(event: unknown): WebRequest | null {
  if (isProxyEvent(event)) return ofRestApi(event);
  return isHttpApiEvent(event) ? ofHttpApi(event) : null;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function isHttpApiEvent(event: unknown): event is APIGatewayProxyEventV2 {
  return (
    typeof event === "object" &&
    event !== null &&
    "rawPath" in event &&
    "requestContext" in event &&
    "http" in Object(event.requestContext)
  );
}

function ofHttpApi(event: APIGatewayProxyEventV2): WebRequest {
  const { rawPath, rawQueryString, queryStringParameters, requestContext, headers } = event;
  return {
    method: requestContext.http.method,
    path: rawPath,
    query: new URLSearchParams(rawQueryString || queryPairs(queryStringParameters)),
    // Some front ends send them twice, which would look like two cookies of one name.
    cookies: present(event.cookies, headerValues(headers, "cookie")).join("; "),
  };
}

function ofRestApi(event: APIGatewayProxyEvent): WebRequest {
  const { httpMethod, path, headers, multiValueHeaders } = event;
  return {
    method: httpMethod,
    path,
    query: new URLSearchParams(
      queryPairs(present(event.multiValueQueryStringParameters, event.queryStringParameters)),
    ),
    cookies: headerValues(present(multiValueHeaders, headers), "cookie").join("; "),
  };
}

type Multi = Readonly<Record<string, string | string[] | undefined>>;

function queryPairs(parameters: Multi | null | undefined): [name: string, value: string][] {
  return Object.entries(parameters ?? {}).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, value]),
  );
}

/** The fuller of two forms of the same thing, if it is there at all. */
function present<Full extends object, Plain>(
  full: Full | null | undefined,
  plain: Plain,
): Full | Plain {
  return full && Object.keys(full).length > 0 ? full : plain;
}

function headerValues(headers: Multi | null | undefined, wanted: string): string[] {
  return Object.entries(headers ?? {}).flatMap(([name, values]) =>
    name.toLowerCase() === wanted ? [values ?? []].flat() : [],
  );
}
