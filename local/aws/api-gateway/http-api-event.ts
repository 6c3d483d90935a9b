import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The route of an HTTP API that matches a request. */
export interface HttpRoute {
  readonly functionName: string;
  /** `GET /callback/connectpay/sandbox` */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpApiEvent(request: IncomingMessage, body: Buffer, route: HttpRoute) {
  const { routeKey, pathParameters } = route;
  const [rawPath = "/", ...rest] = (request.url ?? "/").split("?");
  const rawQueryString = rest.join("?");
  const query = [...new URLSearchParams(rawQueryString)];
  const { cookie, ...headers } = joinedHeaders(request);
  const now = new Date();
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie && { cookies: cookie.split("; ") }),
    headers,
    ...(query.length > 0 && { queryStringParameters: joinValues(query) }),
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      domainName: request.headers.host ?? "localhost",
      domainPrefix: "local",
      http: {
        method: request.method ?? "GET",
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey,
      stage: "$default",
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...bodyOf(body, headers["content-type"]),
  };
}

/** Text is passed as it is; everything else, forms included, as Base64. */
function bodyOf(body: Buffer, type = "text/plain"): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = TEXT.test(type.split(";")[0]?.trim() ?? "");
  return { body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

const TEXT = /^(?:text\/.*|application\/(?:json|javascript|xml)|.*\+(?:json|xml))$/i;

/** Names in lower case; repeated headers are joined by commas, cookies by semicolons. */
function joinedHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const all = rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? ""]] : [],
  );
  const cookies = all.filter(([name]) => name === "cookie").map(([, value]) => value);
  const others = all.filter(([name]) => name !== "cookie");
  return { ...joinValues(others), ...(cookies.length > 0 && { cookie: cookies.join("; ") }) };
}

function joinValues(pairs: readonly (readonly [name: string, value: string])[]) {
  const groups = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries(
    [...groups].map(([name, all]) => [name, all.map(([, value]) => value).join(",")]),
  );
}
