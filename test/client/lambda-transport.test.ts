import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, it, onTestFinished } from "vitest";
import { lambdaTransport } from "../../client/lambda-transport.ts";
import { createTokenClient } from "../../client/token-client.ts";
import type { LinkRequests } from "../../client/with-links.ts";
import { withLinks } from "../../client/with-links.ts";
import { withLinksAlias } from "../../functions/http/contract.ts";
import type { HttpServer, Received } from "./http-server.ts";
import { startHttpServer } from "./http-server.ts";
import { anAnswer, aProblem, connection, issuedAt } from "./vending-server.ts";

const functionName = "vend-conferma-production";

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

/** Lambda's Invoke API as the real SDK client sees it, and a client of token vending on top. */
async function startLambda(
  reply: Reply | ((request: Received) => Reply | null),
  name: typeof connection | `cfis/${string}/${string}` = connection,
  options: { readonly withLinks?: LinkRequests } = {},
) {
  const server: HttpServer = await startHttpServer((request, response) => {
    const said = typeof reply === "function" ? reply(request) : reply;
    if (!said) return;
    const { status = 200, headers = {}, payload } = said;
    response.writeHead(status, headers).end(JSON.stringify(payload));
  });
  const client = new LambdaClient({
    endpoint: server.url,
    region: "ap-southeast-2",
    credentials: { accessKeyId: "consumer", secretAccessKey: "consumer" },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  const transport = lambdaTransport({ client, InvokeCommand, functionName, ...options });
  const now = () => Date.parse(issuedAt);
  return { ...server, client: createTokenClient({ connection: name, transport, now }) };
}

describe("by invocation", () => {
  it("a vend and a rejection name the account, and nothing that the function does not know", async () => {
    let version = 0;
    const { client, received } = await startLambda(() => {
      version += 1;
      return { payload: anAnswer(version) };
    });
    expect((await client.vend()).version).toBe(1);
    await client.vend({ minValiditySeconds: 299 });
    await client.reject(2);
    expect(received.map(({ url }) => url)).toEqual(
      Array(3).fill(`/2015-03-31/functions/${functionName}/invocations`),
    );
    expect(received.map(({ body }) => JSON.parse(body))).toEqual([
      { account: "default" },
      { account: "default", minValiditySeconds: 299 },
      { account: "default", rejectedVersion: 2 },
    ]);
  });

  it("a transport with links asks the alias whose callers may have them", async () => {
    const options = { withLinks };
    const { client, received } = await startLambda({ payload: anAnswer(1) }, connection, options);
    await client.vend();
    await client.reject(1);
    const alias = encodeURIComponent(`${functionName}:${withLinksAlias}`);
    expect(received.map(({ url }) => url)).toEqual(
      Array(2).fill(`/2015-03-31/functions/${alias}/invocations`),
    );
  });

  it("a problem is an ordinary answer", async () => {
    const { client } = await startLambda({ payload: { problem: aProblem("contested", 30) } });
    await expect(client.vend()).rejects.toMatchObject({ code: "contested", retryAfterSeconds: 30 });
  });

  it("another realm's function is noticed before its token is used", async () => {
    const { client } = await startLambda({ payload: anAnswer(1) }, "cfis/production/default");
    await expect(client.vend()).rejects.toMatchObject({ code: "malformed-answer" });
  });

  it.each([
    [
      "a function that failed",
      "Unhandled",
      { errorType: "StartUpError", errorMessage: "canary" },
      "StartUpError",
    ],
    [
      "one that ended in midcourse",
      "Unhandled",
      { errorType: "Runtime.ExitError" },
      "Runtime.ExitError",
    ],
    ["one whose error has no name", "Unhandled", { errorMessage: "canary" }, "Unhandled"],
    ["one whose error's name is a message", "Handled", { errorType: "canary: eyJ" }, "Error"],
  ])("%s is unreachable, with the error's name", async (_, functionError, payload, name) => {
    const headers = { "x-amz-function-error": functionError };
    const { client } = await startLambda({ headers, payload });
    await expect(client.vend()).rejects.toMatchObject({
      code: "unreachable",
      retryable: true,
      message: `${connection}: unreachable: ${name}`,
    });
  });

  it.each([
    [403, "AccessDeniedException", false],
    [404, "ResourceNotFoundException", false],
    [429, "TooManyRequestsException", true],
    [500, "ServiceException", true],
  ])("Lambda's own %i is unreachable: %s, retryable: %s", async (status, name, retryable) => {
    const headers = { "x-amzn-errortype": name };
    const { client } = await startLambda({ status, headers, payload: { message: "canary" } });
    await expect(client.vend()).rejects.toMatchObject({
      code: "unreachable",
      retryable,
      message: `${connection}: unreachable: ${name}`,
    });
  });

  it("a caller that aborts ends the invocation", async () => {
    const { client, abandoned } = await startLambda(() => null);
    await expect(client.vend({ signal: AbortSignal.timeout(200) })).rejects.toThrow("timeout");
    await expect.poll(abandoned).toBe(1);
  });
});

it.each([undefined, ""])("a function's name that is not set is refused at once: %j", (unset) => {
  const options = { client: new LambdaClient(), InvokeCommand, functionName: unset };
  expect(() => lambdaTransport(options)).toThrow(TypeError);
});
