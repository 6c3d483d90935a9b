import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { aProxyEvent, aQuery } from "./a-proxy-event.ts";

/** The two kinds of API Gateway APIs. */
export const apis = ["a REST API", "an HTTP API"] as const;
export type Api = (typeof apis)[number];

export interface PageRequest {
  readonly method?: string;
  readonly url: string;
  /** `name=value` each. */
  readonly cookies?: readonly string[];
}

/** The event of a browser's request. */
export function webEvent(api: Api, { method = "GET", url, cookies = [] }: PageRequest): object {
  const { pathname, search, searchParams } = new URL(url);
  if (api === "an HTTP API") return browserHttpApiEvent(method, pathname, search.slice(1), cookies);
  const Cookie = cookies.join("; ");
  const query = searchParams.size > 0 ? aQuery(...searchParams) : {};
  return aProxyEvent({
    httpMethod: method,
    path: pathname,
    headers: { Accept: "text/html", ...(Cookie ? { Cookie } : {}) },
    multiValueHeaders: { Accept: ["text/html"], ...(Cookie ? { Cookie: [Cookie] } : {}) },
    ...query,
  });
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function browserHttpApiEvent(
  method: string,
  rawPath: string,
  rawQueryString = "",
  cookies: readonly string[] = [],
): APIGatewayProxyEventV2 {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies: [...cookies] } : {}),
    headers: { accept: "text/html", host: "vend.example" },
    requestContext: {
      accountId: "anonymous",
      apiId: "a1b2c3d4e5",
      domainName: "vend.example",
      domainPrefix: "vend",
      http: {
        method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "192.0.2.1",
        userAgent: "Mozilla/5.0",
      },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey: "$default",
      stage: "$default",
      time: "20/Nov/2026:10:00:00 +0000",
      timeEpoch: 1_795_168_800_000,
    },
    isBase64Encoded: false,
  };
}
