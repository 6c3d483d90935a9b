import middy from "@middy/core";
import { describe, expect, it } from "vitest";
import type { TokenClient } from "../../client/token-client.ts";
import { TokenClientError } from "../../client/token-client-error.ts";
import { withToken } from "../../client/with-token.ts";
import { startHttpServer } from "./http-server.ts";
import { anAnswer, aProblem, canary, startVending } from "./vending-server.ts";

/** Lambda's context, without the members that middy's types expect the middleware to add. */
const lambdaContext = (remainingMs = 5000) =>
  ({ functionName: "consumer", getRemainingTimeInMillis: () => remainingMs }) as never;

describe("withToken", () => {
  it("puts credential and fetch into the context before the handler begins, and leaves the rest", async () => {
    const { client } = await startVending();
    const provider = await startHttpServer(({ headers }, response) => {
      response.end(headers.authorization);
    });
    const handler = middy()
      .use(withToken({ client }))
      .handler(async (_event, { token, functionName }) => {
        const response = await token.fetch(provider.url);
        return [functionName, token.credential.version, await response.text()];
      });
    const said = await handler({}, lambdaContext());
    expect(said).toEqual(["consumer", 1, `Bearer ${canary(1)}`]);
  });

  it("takes the names that it is given, of several connections", async () => {
    const [one, other] = [await startVending(), await startVending({ answer: () => anAnswer(9) })];
    const handler = middy()
      .use(withToken({ client: one.client, as: "conferma" }))
      .use(withToken({ client: other.client, as: "send", minValiditySeconds: 60 }))
      .handler(async (_event, { conferma, send }) => [
        conferma.credential.version,
        send.credential.version,
      ]);
    expect(await handler({}, lambdaContext())).toEqual([1, 9]);
    expect(other.received[0]?.url).toContain("minValiditySeconds=60");
  });

  it("keeps the client's cache from one invocation to the next", async () => {
    const { client, received } = await startVending();
    const handler = middy()
      .use(withToken({ client }))
      .handler(async () => "done");
    await handler({}, lambdaContext());
    await handler({}, lambdaContext());
    expect(received).toHaveLength(1);
  });

  it("without a credential does not let the handler begin, and tells onError why", async () => {
    const { client } = await startVending({ answer: () => aProblem("credentials-rejected") });
    const errors: unknown[] = [];
    const handler = middy()
      .use(withToken({ client }))
      .onError(({ error }) => {
        errors.push(error);
      })
      .handler(async () => expect.fail("the handler began"));
    await expect(handler({}, lambdaContext())).rejects.toThrow("credentials-rejected");
    expect(errors[0]).toBeInstanceOf(TokenClientError);
  });

  it("waits no longer than the invocation lasts, neither before the handler nor in it", async () => {
    const { client } = await startVending({ latencyMs: 2000 });
    const handler = middy()
      .use(withToken({ client }))
      .handler(async () => "done");
    await expect(handler({}, lambdaContext(550))).rejects.toMatchObject({ code: "timeout" });

    const asked: unknown[] = [];
    const recording: TokenClient = {
      ...client,
      vend: async () => (await startVending()).client.vend(),
      fetch: async (_url, _init, options) => {
        asked.push(options);
        return new Response();
      },
    };
    const context = lambdaContext(550);
    await middy()
      .use(withToken({ client: recording }))
      .handler((_event, { token }) =>
        token.fetch("https://api.example", {}, { minValiditySeconds: 5 }),
      )({}, context);
    expect(asked).toEqual([{ context, minValiditySeconds: 5 }]);
  });
});
