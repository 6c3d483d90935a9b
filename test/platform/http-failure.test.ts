import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest } from "../../functions/platform/http-request.ts";
import { HttpFailure, nodeHttp } from "../../functions/platform/http-request.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { loopbackOnly } from "../support/network-policies.ts";
import type { RawServer } from "../support/raw-server.ts";
import { rawServer } from "../support/raw-server.ts";

const send = nodeHttp(systemClock, loopbackOnly);
const never = new AbortController().signal;

let server: RawServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** The failure of a request that holds canaries. */
async function failureOf(url: string, signal: AbortSignal = never): Promise<HttpFailure> {
  const headers = { authorization: "Basic canary-header" };
  const request = unprintable<HttpRequest>({
    method: "POST",
    url: `${url}/canary-path`,
    headers,
    body: "canary-body",
  });
  const failure = await send(request, signal).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure instanceof HttpFailure) return failure;
  throw new Error("There is an answer, or another error.");
}

const cut = {
  "before a byte of its answer": "",
  "in its headers": "HTTP/1.1 200 OK\r\ncontent-le",
  "in a body of known length": 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"canary-answer',
  "in a chunked body": 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"canary-answer',
};

describe("a lost connection", () => {
  test.each(Object.entries(cut))("%s may have had its effect", async (_, answer) => {
    server = await rawServer((socket) => socket.write(answer, () => socket.destroy()));
    expect(await failureOf(server.url)).toMatchObject({ kind: "network", sent: true });
  });

  test("and reset may have had its effect", async () => {
    server = await rawServer((socket) => socket.resetAndDestroy());
    expect(await failureOf(server.url)).toMatchObject({ kind: "network", sent: true });
  });

  test("after an answer that is not HTTP may have had its effect", async () => {
    server = await rawServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n\r\n"));
    expect(await failureOf(server.url)).toMatchObject({ kind: "network", sent: true });
  });
});

describe("a connection that was never made", () => {
  test("because nothing listens, has had no effect", async () => {
    const gone = await rawServer(() => {});
    await gone.stop();
    expect(await failureOf(gone.url)).toMatchObject({ kind: "network", sent: false });
  });

  test("because the name is unknown, has had no effect", async () => {
    expect(await failureOf("http://nobody.invalid")).toMatchObject({
      kind: "network",
      sent: false,
    });
  });

  test("because the server does not speak TLS, has had no effect", async () => {
    server = await rawServer(() => {});
    const failure = await failureOf(
      server.url.replace("http:", "https:"),
      AbortSignal.timeout(300),
    );
    expect(failure).toMatchObject({ sent: false });
  });

  test("because the deadline had passed, has had no effect", async () => {
    server = await rawServer((socket) => socket.end());
    expect(await failureOf(server.url, AbortSignal.abort())).toMatchObject({
      kind: "timeout",
      sent: false,
    });
    expect(server.received).toEqual([]);
  });
});

describe("a deadline", () => {
  test.each(Object.entries(cut))("ends a wait %s", async (_, answer) => {
    let closed: Promise<void> | undefined;
    server = await rawServer((socket) => {
      closed = new Promise((resolve) => socket.once("close", () => resolve()));
      socket.write(answer);
    });
    const begun = performance.now();
    const failure = await failureOf(server.url, AbortSignal.timeout(150));
    expect(failure).toMatchObject({ kind: "timeout", sent: true });
    expect(performance.now() - begun).toBeLessThan(2000);
    await closed;
  });

  test("ends a body that trickles", async () => {
    server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const timer = setInterval(() => socket.write("x"), 20);
      socket.once("close", () => clearInterval(timer));
    });
    const failure = await failureOf(server.url, AbortSignal.timeout(150));
    expect(failure).toMatchObject({ kind: "timeout", sent: true });
  });
});

describe("a failure", () => {
  test.each([
    ["a lost answer", (url: string) => failureOf(url)],
    ["a refused connection", () => failureOf("http://127.0.0.1:1")],
    ["a timeout", () => failureOf("http://127.0.0.1:1", AbortSignal.abort())],
  ])("holds nothing of request and answer: %s", async (_, fail) => {
    server = await rawServer((socket) =>
      socket.write(cut["in a body of known length"], () => socket.destroy()),
    );
    const failure = await fail(server.url);
    const printed = inspect(failure, { depth: 10, showHidden: true });
    expect(printed).not.toMatch(/canary/);
    expect(JSON.stringify(failure) + String(failure)).not.toMatch(/canary/);
    expect(failure.cause).toBeUndefined();
  });

  test("is always an HttpFailure, even if the request is invalid", async () => {
    expect(await failureOf("no address")).toMatchObject({ kind: "network", sent: false });
  });
});
