import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface PublicRoute {
  readonly functionName: string;
  /** `GET /callback/{provider}/{environment}` */
  readonly routeKey: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
}

/** Payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function publicEvent(
  request: IncomingMessage,
  body: Buffer,
  { routeKey, pathParameters }: PublicRoute,
) {
  const { pathname, search, searchParams } = new URL(request.url ?? "/", "http://local");
  const { cookie, ...headers } = request.headers;
  const names = [...new Set(searchParams.keys())];
  const now = new Date();
  return {
    version: "2.0",
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split("; ") }),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(",")]),
    ),
    // Values of a name that is given more than once are joined, as API Gateway does it.
    ...(names.length === 0
      ? {}
      : {
          queryStringParameters: Object.fromEntries(
            names.map((name) => [name, searchParams.getAll(name).join(",")]),
          ),
        }),
    ...(pathParameters === undefined ? {} : { pathParameters }),
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      domainName: request.headers.host ?? "localhost",
      domainPrefix: "local",
      http: {
        method: request.method ?? "GET",
        path: pathname,
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
    ...(body.length === 0 ? {} : { body: body.toString("base64") }),
    isBase64Encoded: body.length > 0,
  };
}
