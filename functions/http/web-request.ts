import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import { isProxyEvent } from "./read-fields.ts";

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
  return typeof event === "object" && event !== null && "rawPath" in event;
}

function ofHttpApi(event: APIGatewayProxyEventV2): WebRequest {
  const { rawPath, rawQueryString, requestContext, headers } = event;
  return {
    method: requestContext.http.method,
    path: rawPath,
    query: new URLSearchParams(rawQueryString),
    cookies: (event.cookies ?? headerValues(headers, "cookie")).join("; "),
  };
}

function ofRestApi(event: APIGatewayProxyEvent): WebRequest {
  const { httpMethod, path, headers, multiValueHeaders } = event;
  return {
    method: httpMethod,
    path,
    query: new URLSearchParams(queryPairs(event)),
    cookies: headerValues(multiValueHeaders ?? headers, "cookie").join("; "),
  };
}

function queryPairs(event: APIGatewayProxyEvent): [name: string, value: string][] {
  const all = event.multiValueQueryStringParameters ?? event.queryStringParameters ?? {};
  return Object.entries(all).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, value]),
  );
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function headerValues(headers: Headers | null | undefined, wanted: string): string[] {
  return Object.entries(headers ?? {}).flatMap(([name, values]) =>
    name.toLowerCase() === wanted ? [values ?? []].flat() : [],
  );
}
