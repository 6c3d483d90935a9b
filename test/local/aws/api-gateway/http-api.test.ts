import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { LocalHttpApi } from "../../../../local/aws/api-gateway/http-api.ts";
import { startHttpApi } from "../../../../local/aws/api-gateway/http-api.ts";
import { compilePathTemplate } from "../../../../local/aws/api-gateway/path-template.ts";
import type { LambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";
import { aFunction, removeCode } from "../lambda/lambda-fixture.ts";

const ANSWERS = `
  const answers = {
    echo: (event) => event,
    page: () => ({
      statusCode: 303,
      headers: { Location: "/there", "Retry-After": 7 },
      cookies: ["__Host-a=1; Path=/; Secure", "b=2"],
      body: Buffer.from("héllo").toString("base64"),
      isBase64Encoded: true,
    }),
    plain: () => ({ statusCode: 200, body: "héllo" }),
    text: () => "just text",
    fails: () => { throw new Error("a secret detail"); },
    "bad-status": () => ({ statusCode: "ok" }),
    "bad-header": () => ({ statusCode: 200, headers: { "X-Bad": "a\\nb" } }),
    slow: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  };
  export const handler = async (event) => answers[event.pathParameters.link](event);
`;
const template = compilePathTemplate("/consent/a/{link}");

let host: LambdaHost;
let api: LocalHttpApi;
const answered: [routeKey: string, status: number][] = [];

beforeAll(async () => {
  host = startLambdaHost({ functions: [aFunction("pages", ANSWERS)] });
  api = await startHttpApi({ timeoutMs: 1_000 });
  api.deploy({
    host,
    route(method, path) {
      const match = template(path);
      if (!match || !["GET", "POST"].includes(method)) return undefined;
      const routeKey = `${method} /consent/a/{link}`;
      return { functionName: "pages", routeKey, pathParameters: match.parameters };
    },
    onAnswer: ({ routeKey }, status) => answered.push([routeKey, status]),
  });
});
afterAll(async () => {
  await api.stop();
  await host.stop();
  removeCode();
});

async function call(link: string, init?: RequestInit) {
  const response = await fetch(`${api.url}/consent/a/${link}`, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

async function eventOf(link: string, init?: RequestInit) {
  return JSON.parse((await call(link, init)).body);
}

describe("an event", () => {
  it("is of format 2.0", async () => {
    expect(await eventOf("echo?code=a%2Bb&tag=1&tag=2")).toEqual({
      version: "2.0",
      routeKey: "GET /consent/a/{link}",
      rawPath: "/consent/a/echo",
      rawQueryString: "code=a%2Bb&tag=1&tag=2",
      queryStringParameters: { code: "a+b", tag: "1,2" },
      headers: expect.objectContaining({ host: `127.0.0.1:${api.port}` }),
      pathParameters: { link: "echo" },
      requestContext: expect.objectContaining({
        stage: "$default",
        routeKey: "GET /consent/a/{link}",
        http: expect.objectContaining({
          method: "GET",
          path: "/consent/a/echo",
          sourceIp: "127.0.0.1",
        }),
      }),
      isBase64Encoded: false,
    });
  });

  it("has cookies separately, and headers in lower case with repeated ones joined", async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { "X-Twice": ["a", "b"], Cookie: ["c=1; d=2", "e=3"] };
      const sent = request(`${api.url}/consent/a/echo`, { headers }, (response) => {
        response.setEncoding("utf8").on("data", resolve);
      });
      sent.on("error", reject).end();
    });
    const event = JSON.parse(body);
    expect(event.cookies).toEqual(["c=1", "d=2", "e=3"]);
    expect(event.headers).toMatchObject({ "x-twice": "a,b" });
    expect(event.headers).not.toHaveProperty("cookie");
  });

  it.each([
    ["application/json", '{"a":"é"}', false],
    ["text/plain; charset=utf-8", "é", false],
    ["application/problem+json", "{}", false],
    ["application/x-www-form-urlencoded", "a=b", true],
    ["application/octet-stream", "\u0000é", true],
  ])("has a body of %s", async (type, body, isBase64Encoded) => {
    const event = await eventOf("echo", {
      method: "POST",
      headers: { "Content-Type": type },
      body,
    });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body, isBase64Encoded ? "base64" : "utf8").toString()).toBe(body);
  });
});

describe("an answer", () => {
  it("is what the function returned, each cookie a header of its own", async () => {
    const { status, headers, body } = await call("page");
    expect(status).toBe(303);
    expect(headers.get("location")).toBe("/there");
    expect(headers.get("retry-after")).toBe("7");
    expect(headers.getSetCookie()).toEqual(["__Host-a=1; Path=/; Secure", "b=2"]);
    expect(body).toBe("héllo");
    expect(answered.at(-1)).toEqual(["GET /consent/a/{link}", 303]);
  });

  it("is text by default, and JSON for a payload without a status", async () => {
    const plain = await call("plain");
    expect([plain.headers.get("content-type"), plain.body]).toEqual([
      "text/plain;charset=UTF-8",
      "héllo",
    ]);
    expect(await call("text")).toMatchObject({ status: 200, body: "just text" });
  });

  it.each(["fails", "bad-status", "bad-header"])(
    "is 500 without a detail when the function has a %s",
    async (link) => {
      expect(await call(link)).toMatchObject({
        status: 500,
        body: '{"message":"Internal Server Error"}',
      });
    },
  );

  it("is 503 when the function takes too long", async () => {
    expect(await call("slow")).toMatchObject({
      status: 503,
      body: '{"message":"Service Unavailable"}',
    });
  });

  it("is 404 where there is no route, and everywhere until something is deployed", async () => {
    const missing = { status: 404, body: '{"message":"Not Found"}' };
    expect(await call("echo", { method: "DELETE" })).toMatchObject(missing);
    expect(await call("echo/more")).toMatchObject(missing);
    const empty = await startHttpApi();
    onTestFinished(empty.stop);
    const response = await fetch(`${empty.browserUrl}/consent/a/echo`);
    expect([response.status, await response.text()]).toEqual([404, missing.body]);
  });

  it("is 413 for a body over 10 MB", async () => {
    const body = "x".repeat(10 * 1024 * 1024 + 1);
    expect(await call("echo", { method: "POST", body })).toMatchObject({ status: 413 });
  });
});
