import type { APIGatewayProxyEvent, Context } from "aws-lambda";

/** The event of a REST proxy integration for a request signed with SigV4, as documented by AWS. */
export function aProxyEvent(changes: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent {
  const path = changes.path ?? "/v1/tokens/conferma/production/default";
  return {
    resource: "/v1/tokens/{provider}/{environment}/{account}",
    path,
    httpMethod: "GET",
    headers: {
      Accept: "application/json",
      Authorization: "AWS4-HMAC-SHA256 Credential=…",
      Host: "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
      "X-Amzn-Trace-Id": "Root=1-691ee7e0-0123456789abcdef01234567",
    },
    multiValueHeaders: { Accept: ["application/json"] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { provider: "conferma", environment: "production", account: "default" },
    stageVariables: null,
    requestContext: {
      resourceId: "abc123",
      authorizer: null,
      resourcePath: "/v1/tokens/{provider}/{environment}/{account}",
      httpMethod: "GET",
      extendedRequestId: "Txyz=",
      requestTime: "20/Nov/2026:10:00:00 +0000",
      path: `/prod${path}`,
      accountId: "123456789012",
      protocol: "HTTP/1.1",
      stage: "prod",
      domainPrefix: "a1b2c3d4e5",
      requestTimeEpoch: 1_795_168_800_000,
      requestId: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
      identity: {
        cognitoIdentityPoolId: null,
        accountId: "123456789012",
        cognitoIdentityId: null,
        caller: "AROAEXAMPLE:payments",
        sourceIp: "192.0.2.1",
        principalOrgId: null,
        accessKey: "ASIAEXAMPLE",
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: "arn:aws:sts::123456789012:assumed-role/payments/payments",
        userAgent: "node",
        user: "AROAEXAMPLE:payments",
        apiKey: null,
        apiKeyId: null,
        clientCert: null,
      },
      domainName: "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
      apiId: "a1b2c3d4e5",
    },
    body: null,
    isBase64Encoded: false,
    ...changes,
  };
}

/** The query members of the event: the last value of each parameter, and all of them. */
export function aQuery(...parameters: readonly (readonly [name: string, value: string])[]) {
  const all = new Map<string, string[]>();
  for (const [name, value] of parameters) all.set(name, [...(all.get(name) ?? []), value]);
  return {
    queryStringParameters: Object.fromEntries(parameters),
    multiValueQueryStringParameters: Object.fromEntries(all),
  };
}

/** Lambda's context, with ten seconds left. */
export function aContext(remainingMs = 10_000): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "vend-token",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:vend-token",
    memoryLimitInMB: "256",
    awsRequestId: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    logGroupName: "/aws/lambda/vend-token",
    logStreamName: "2026/11/20/[$LATEST]0123",
    getRemainingTimeInMillis: () => remainingMs,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
