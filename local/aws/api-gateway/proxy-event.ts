import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The caller as API Gateway has identified it; `null` where it is unknown. */
export interface CallerIdentity {
  readonly accountId: string | null;
  readonly caller: string | null;
  readonly user: string | null;
  readonly userArn: string | null;
  readonly accessKey: string | null;
}

export interface ProxyRoute {
  readonly functionName: string;
  /** `/v1/tokens/{provider}/{environment}/{account}` */
  readonly resource: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const ANONYMOUS: CallerIdentity = {
  accountId: null,
  caller: null,
  user: null,
  userArn: null,
  accessKey: null,
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export function proxyEvent(
  request: IncomingMessage,
  body: string,
  { resource, pathParameters }: ProxyRoute,
  identity: Partial<CallerIdentity> = {},
) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://local");
  const headers = pairs(request.rawHeaders);
  const query = [...searchParams];
  const requestId = randomUUID();
  const now = new Date();
  return {
    resource,
    path: pathname,
    httpMethod: request.method ?? "GET",
    headers: Object.fromEntries(headers),
    multiValueHeaders: grouped(headers),
    queryStringParameters: orNull(Object.fromEntries(query)),
    multiValueQueryStringParameters: orNull(grouped(query)),
    pathParameters: orNull(pathParameters),
    stageVariables: null,
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      resourceId: "local",
      resourcePath: resource,
      httpMethod: request.method ?? "GET",
      path: `/local${pathname}`,
      stage: "local",
      protocol: `HTTP/${request.httpVersion}`,
      domainName: request.headers.host ?? "localhost",
      domainPrefix: "local",
      requestId,
      extendedRequestId: requestId,
      requestTime: now.toUTCString(),
      requestTimeEpoch: now.getTime(),
      authorizer: null,
      identity: {
        ...ANONYMOUS,
        apiKey: null,
        apiKeyId: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: request.headers["user-agent"] ?? null,
        ...identity,
      },
    },
    body: body === "" ? null : body,
    isBase64Encoded: false,
  };
}

type Pair = readonly [name: string, value: string];

/** Node's `rawHeaders` alternates names and values. */
function pairs(rawHeaders: readonly string[]): Pair[] {
  return rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""] as const] : [],
  );
}

function grouped(pairs: readonly Pair[]): Record<string, string[]> {
  const groups = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries(
    [...groups].map(([name, all]) => [name, all.map(([, value]) => value)]),
  );
}

const orNull = <T extends object>(value: T) => (Object.keys(value).length > 0 ? value : null);
