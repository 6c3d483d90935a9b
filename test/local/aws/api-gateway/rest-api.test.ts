import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRestApi } from "../../../../local/aws/api-gateway/rest-api.ts";
import type { LambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";
import type { LocalServer } from "../../../../local/aws/listen.ts";
import { aFunction, removeCode } from "../lambda/lambda-fixture.ts";

const ANSWERS = `
  const answers = {
    echo: (event) => ({ statusCode: 200, body: JSON.stringify(event) }),
    created: () => ({
      statusCode: 201,
      headers: { "Content-Type": "text/plain", "Retry-After": 7 },
      multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] },
      body: Buffer.from("héllo").toString("base64"),
      isBase64Encoded: true,
    }),
    empty: () => ({ statusCode: 204 }),
    fails: () => { throw new Error("a secret detail"); },
    text: () => "just text",
    nothing: () => undefined,
    misspelt: () => ({ statusCode: 200, Body: "x" }),
    "bad-status": () => ({ statusCode: "ok" }),
    "bad-header": () => ({ statusCode: 200, headers: { "X-Bad": "a\\nb" } }),
    slow: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  };
  export const handler = async (event) => answers[event.pathParameters.account](event);
`;
const ROUTE = /^\/v1\/tokens\/([^/]+)\/([^/]+)\/([^/]+)$/;

const caller = {
  arn: "arn:aws:sts::000000000000:assumed-role/payments/session",
  policyOwnerArn: "arn:aws:iam::000000000000:role/payments",
  keys: { accessKeyId: "ASIALOCAL", secretAccessKey: "a secret" },
};
let host: LambdaHost;
let api: LocalServer;

beforeAll(async () => {
  host = startLambdaHost({ functions: [aFunction("vend", ANSWERS)] });
  api = await startRestApi({
    host,
    timeoutMs: 1_000,
    route(method, path) {
      const [, provider = "", environment = "", account = ""] = ROUTE.exec(path) ?? [];
      if (!account || method === "DELETE") return undefined;
      return {
        functionName: "vend",
        resource: "/v1/tokens/{provider}/{environment}/{account}",
        pathParameters: { provider, environment, account },
        executeApiArn: `arn:aws:execute-api:::api/live/${method}${path}`,
      };
    },
    guard: { authenticate: async () => caller, report: () => {} },
  });
});
afterAll(async () => {
  await api.stop();
  await host.stop();
  removeCode();
});

const path = (account: string) => `${api.url}/v1/tokens/conferma/production/${account}`;

async function call(account: string, init?: RequestInit) {
  const response = await fetch(path(account), init);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe("an event", () => {
  it("has every member that API Gateway's has", async () => {
    const { body } = await call("echo?minValiditySeconds=30&tag=a&tag=b%20c", {
      method: "POST",
      headers: { "X-Caller": "test" },
      body: '{"version":12}',
    });
    const event = JSON.parse(body);
    expect(event).toMatchObject({
      resource: "/v1/tokens/{provider}/{environment}/{account}",
      path: "/v1/tokens/conferma/production/echo",
      httpMethod: "POST",
      queryStringParameters: { minValiditySeconds: "30", tag: "b c" },
      multiValueQueryStringParameters: { minValiditySeconds: ["30"], tag: ["a", "b c"] },
      pathParameters: { provider: "conferma", environment: "production", account: "echo" },
      stageVariables: null,
      body: '{"version":12}',
      isBase64Encoded: false,
      requestContext: {
        httpMethod: "POST",
        resourcePath: "/v1/tokens/{provider}/{environment}/{account}",
        requestId: expect.any(String),
        requestTimeEpoch: expect.any(Number),
        identity: {
          sourceIp: "127.0.0.1",
          accountId: "000000000000",
          userArn: caller.arn,
          caller: "session",
          accessKey: "ASIALOCAL",
        },
      },
    });
  });

  it("has null for what the request does not have", async () => {
    expect(JSON.parse((await call("echo")).body)).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      body: null,
    });
  });

  it("keeps headers as they were sent, and every value of a repeated one", async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request(path("echo"), { headers: { "X-Twice": ["a", "b"] } }, (response) => {
        response.setEncoding("utf8").on("data", resolve);
      });
      sent.on("error", reject).end();
    });
    const { headers, multiValueHeaders } = JSON.parse(body);
    expect(headers).toMatchObject({ "X-Twice": "b" });
    expect(multiValueHeaders).toMatchObject({ "X-Twice": ["a", "b"] });
  });
});

describe("an answer", () => {
  it("is what the function returned", async () => {
    const { status, headers, body } = await call("created");
    expect(status).toBe(201);
    expect(headers.get("content-type")).toBe("text/plain");
    expect(headers.get("retry-after")).toBe("7");
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(body).toBe("héllo");
    expect(await call("empty")).toMatchObject({ status: 204, body: "" });
  });

  it.each(["fails", "text", "nothing", "misspelt", "bad-status", "bad-header"])(
    "is 502 without a detail when the function %s",
    async (account) => {
      const { status, headers, body } = await call(account);
      expect({ status, body }).toEqual({
        status: 502,
        body: '{"message":"Internal server error"}',
      });
      expect(headers.get("x-amzn-errortype")).toBe("InternalServerErrorException");
    },
  );

  it("is 504 when the function takes too long", async () => {
    expect(await call("slow")).toMatchObject({
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
    });
  });

  it("is 403 where there is no route", async () => {
    const missing = { status: 403, body: '{"message":"Missing Authentication Token"}' };
    expect(await call("echo", { method: "DELETE" })).toMatchObject(missing);
    expect(await call("echo/more")).toMatchObject(missing);
  });

  it("is 413 for a body over 10 MB", async () => {
    const body = "x".repeat(10 * 1024 * 1024 + 1);
    expect(await call("echo", { method: "POST", body })).toMatchObject({
      status: 413,
      body: '{"message":"Request Too Long"}',
    });
  });
});
