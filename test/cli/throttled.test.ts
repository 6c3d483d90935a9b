import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { openDeployedFunctions } from "../../cli/deployed-functions.ts";
import { CommandFailure } from "../../cli/failure.ts";

/** A Lambda that throttles the first invocations, and then answers. */
async function throttling(times: number) {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    requests += 1;
    const isThrottled = requests <= times;
    response.writeHead(isThrottled ? 429 : 200, {
      "content-type": "application/json",
      ...(isThrottled ? { "x-amzn-errortype": "TooManyRequestsException" } : {}),
    });
    response.end(JSON.stringify(isThrottled ? { Reason: "Made up" } : { done: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const variables = {
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const slept: number[] = [];
  const functions = openDeployedFunctions("renew", {
    now: () => new Date(),
    sleep: async (ms) => void slept.push(ms),
  });
  onTestFinished(() => functions.close());
  const invoke = () => functions.invoke("renew-tokens", "conferma/sandbox", {});
  return { invoke, slept, requests: () => requests };
}

test("an invocation that Lambda has throttled was not executed, and is sent again", async () => {
  const { invoke, slept, requests } = await throttling(2);
  expect(await invoke()).toEqual({ done: true });
  expect([requests(), slept.length]).toEqual([3, 2]);
});

test("an invocation that Lambda goes on throttling fails after a few times", async () => {
  const { invoke, requests } = await throttling(100);
  await expect(invoke()).rejects.toThrow(CommandFailure);
  expect(requests()).toBeLessThan(10);
});
