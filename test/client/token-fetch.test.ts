import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { TokenClientError } from "../../client/token-client-error.ts";
import type { TokenRequestInit } from "../../client/token-fetch.ts";
import { until } from "../support/stack-answers.ts";
import type { HttpServer } from "./http-server.ts";
import { startHttpServer } from "./http-server.ts";
import type { VendingScript } from "./vending-server.ts";
import { anAnswer, aProblem, canary, startVending } from "./vending-server.ts";

/** A provider that accepts one version's token, and refuses every other with this status. */
function startProvider(accepted: number, refusal = 401): Promise<HttpServer> {
  return startHttpServer(({ headers }, response) => {
    const isAccepted = headers.authorization === `Bearer ${canary(accepted)}`;
    response.writeHead(isAccepted ? 200 : refusal, { "x-seen": headers["x-own"] ?? "" });
    response.end(isAccepted ? "welcome" : "denied");
  });
}

/** Answers version 1 to a vend, and version 2 to a rejection. */
const renewing: VendingScript = { answer: (_, { method }) => anAnswer(method === "POST" ? 2 : 1) };

it("client.fetch sets the credential's headers over the caller's, and leaves the rest of the request alone", async () => {
  const extraHeaders = { "X-Centrapay-Account": "acme" };
  const { client } = await startVending({ answer: () => anAnswer(1, { extraHeaders }) });
  const provider = await startProvider(1);
  const { fetch } = client;
  const response = await fetch(`${provider.url}/v1/cards?all=1`, {
    method: "POST",
    body: "{}",
    headers: { authorization: "Bearer mine", "X-Own": "kept" },
  });
  expect([response.status, await response.text()]).toEqual([200, "welcome"]);
  expect(response.headers.get("x-seen")).toBe("kept");
  expect(provider.received).toMatchObject([
    {
      method: "POST",
      url: "/v1/cards?all=1",
      body: "{}",
      headers: { authorization: `Bearer ${canary(1)}`, "x-centrapay-account": "acme" },
    },
  ]);
});

describe("after a 401", () => {
  const form = new FormData();
  form.set("a", "1");
  it.each<[string, TokenRequestInit["body"]]>([
    ["no body", null],
    ["a string", "a=1"],
    ["bytes", new TextEncoder().encode("a=1")],
    ["a buffer", new TextEncoder().encode("a=1").buffer],
    ["search parameters", new URLSearchParams({ a: "1" })],
    ["a form", form],
    ["a blob", new Blob(["a=1"])],
  ])("the version is reported and the request sent once more, with %s", async (_, body = null) => {
    const { client, received } = await startVending(renewing);
    const provider = await startProvider(2);
    const response = await client.fetch(provider.url, { method: "POST", body });
    expect([response.status, await response.text()]).toEqual([200, "welcome"]);
    expect(received.map(({ method, body }) => [method, body])).toEqual([
      ["GET", ""],
      ["POST", '{"version":1}'],
    ]);
    const [first, second, ...more] = provider.received.map((each) => each.body);
    expect(more).toEqual([]);
    if (body instanceof FormData) expect(second).toContain('name="a"');
    else expect(second).toBe(first);
    expect(first === "").toBe(body === null);
  });

  it.each<[string, () => TokenRequestInit["body"]]>([
    ["a web stream", () => new Blob(["a=1"]).stream()],
    ["a Node stream", () => Readable.from(["a=1"])],
  ])("a request with %s is not sent again: reported, and the 401 returned", async (_, body) => {
    const { client, received } = await startVending(renewing);
    const provider = await startProvider(2);
    const init = { method: "POST", body: body(), duplex: "half" } as TokenRequestInit;
    const response = await client.fetch(provider.url, init);
    expect([response.status, await response.text()]).toEqual([401, "denied"]);
    expect(received).toHaveLength(2);
    expect(provider.received).toHaveLength(1);
    expect((await client.vend()).version).toBe(2);
  });

  it("a version that token vending still vends is not tried again", async () => {
    const { client, received } = await startVending();
    const provider = await startProvider(2);
    const response = await client.fetch(provider.url);
    expect([response.status, await response.text()]).toEqual([401, "denied"]);
    expect([received.length, provider.received.length]).toEqual([2, 1]);
  });

  it("a second 401 is the response, and is not reported", async () => {
    const { client, received } = await startVending(renewing);
    const provider = await startProvider(3);
    const response = await client.fetch(provider.url);
    expect([response.status, await response.text()]).toEqual([401, "denied"]);
    expect([received.length, provider.received.length]).toEqual([2, 2]);
  });

  it("a report that fails calls onProblem, and the 401 is returned with its body", async () => {
    const told: TokenClientError[] = [];
    const { client } = await startVending(
      { answer: (nth) => (nth === 1 ? anAnswer(1) : aProblem("contested", 30)) },
      { onProblem: (error) => told.push(error) },
    );
    const provider = await startProvider(2);
    const response = await client.fetch(provider.url);
    expect([response.status, await response.text()]).toEqual([401, "denied"]);
    expect(told.map(({ code }) => code)).toEqual(["contested"]);
  });

  it("40 requests cause one report, and all succeed", async () => {
    const { client, received } = await startVending({ ...renewing, latencyMs: 20 });
    const provider = await startProvider(2);
    const all = Array.from({ length: 40 }, () => client.fetch(provider.url));
    const responses = await Promise.all(all);
    expect(responses.map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(received).toHaveLength(2);
  });

  it("the body of the response that is not returned is cancelled: its connection can be reused", async () => {
    const { client } = await startVending(renewing);
    let open = 0;
    const provider = await startHttpServer(({ headers }, response) => {
      open += 1;
      response.on("close", () => {
        open -= 1;
      });
      const isAccepted = headers.authorization === `Bearer ${canary(2)}`;
      response.writeHead(isAccepted ? 200 : 401);
      // A refusal without end.
      if (isAccepted) response.end("welcome");
      else response.write("denied");
    });
    const response = await client.fetch(provider.url);
    expect(await response.text()).toBe("welcome");
    await expect.poll(() => open).toBe(0);
  });
});

it.each([403, 400, 500])(
  "a %i is the response: nothing is reported or tried again",
  async (status) => {
    const { client, received } = await startVending(renewing);
    const provider = await startProvider(2, status);
    const response = await client.fetch(provider.url);
    expect([response.status, await response.text()]).toEqual([status, "denied"]);
    expect([received.length, provider.received.length]).toEqual([1, 1]);
  },
);

describe("the credential is sent to the requested address only", () => {
  it.each(["manual", undefined, "follow"])(
    "a redirect is the response (redirect: %s)",
    async (redirect) => {
      const { client } = await startVending();
      const elsewhere = await startProvider(1);
      const provider = await startHttpServer((_, response) => {
        response.writeHead(307, { location: elsewhere.url }).end();
      });
      const init = { redirect } as TokenRequestInit;
      const response = await client.fetch(provider.url, init);
      expect([response.status, response.headers.get("location")]).toEqual([307, elsewhere.url]);
      expect(elsewhere.received).toEqual([]);
    },
  );

  it("or a failure where the caller prefers that", async () => {
    const { client } = await startVending();
    const provider = await startHttpServer((_, response) => {
      response.writeHead(307, { location: "/" }).end();
    });
    await expect(client.fetch(provider.url, { redirect: "error" })).rejects.toThrow(TypeError);
  });

  it.each(["http://api.example/v1", "http://127.0.0.1.example/", "ftp://api.example"])(
    "%s is refused before anything is vended",
    async (url) => {
      const { client, received } = await startVending();
      await expect(client.fetch(url)).rejects.toThrow(TypeError);
      expect(received).toEqual([]);
    },
  );
});

describe("init.signal", () => {
  it("ends vending", async () => {
    const { client, received, abandoned } = await startVending({ latencyMs: 2000 });
    const provider = await startProvider(1);
    const reason = new Error("enough");
    const controller = new AbortController();
    const fetching = client.fetch(provider.url, { signal: controller.signal });
    await until("it is vending", () => received.length === 1);
    controller.abort(reason);
    await expect(fetching).rejects.toBe(reason);
    await expect.poll(abandoned).toBe(1);
    expect(provider.received).toEqual([]);
  });

  it("ends the report after a 401", async () => {
    const { client, received, abandoned } = await startVending({ latencyMs: 200 });
    const provider = await startProvider(2);
    const reason = new Error("enough");
    const controller = new AbortController();
    const fetching = client.fetch(provider.url, { signal: controller.signal });
    await until("it is reporting", () => received.length === 2);
    controller.abort(reason);
    await expect(fetching).rejects.toBe(reason);
    await expect.poll(abandoned).toBe(1);
    expect(provider.received).toHaveLength(1);
  });
});
