import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest } from "../../functions/platform/http-request.ts";
import { HttpFailure, nodeHttp } from "../../functions/platform/http-request.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { at } from "../support/a-record.ts";
import { loopbackOnly } from "../support/network-policies.ts";
import type { RawServer } from "../support/raw-server.ts";
import { rawServer } from "../support/raw-server.ts";

const send = nodeHttp(systemClock, loopbackOnly);
const never = new AbortController().signal;
const requestOf = unprintable<HttpRequest>;
const post = (url: string) =>
  requestOf({
    method: "POST",
    url,
    headers: { "content-type": "text/plain", "x-canary": "1" },
    body: "héllo",
  });

let server: RawServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** The response to an answer of exactly these bytes. */
async function reading(...parts: (string | Buffer)[]) {
  server = await rawServer((socket) => {
    for (const part of parts) socket.write(part);
    socket.end();
  });
  return send(post(server.url), never);
}

const head = (...lines: string[]) => `${["HTTP/1.1 200 OK", ...lines].join("\r\n")}\r\n\r\n`;

describe("one request", () => {
  test("has exactly these bytes, and does not keep its connection alive", async () => {
    await reading(head("content-length: 2"), "ok");
    const [request = ""] = server?.received ?? [];
    const [start, ...lines] = request.split("\r\n");
    expect(start).toBe("POST / HTTP/1.1");
    expect(lines.map((line) => line.toLowerCase())).toEqual(
      expect.arrayContaining([
        "content-type: text/plain",
        "x-canary: 1",
        "content-length: 6",
        "connection: close",
      ]),
    );
    expect(Buffer.from(request, "latin1").toString("utf8")).toMatch(/\r\n\r\nhéllo$/);
  });

  test("keeps path and query, and without a body sends none", async () => {
    server = await rawServer((socket) => socket.end(head("content-length: 0")));
    const url = `${server.url}/a/b?c=d%20e`;
    await send(requestOf({ method: "GET", url, headers: {} }), never);
    expect(server.received[0]).toMatch(/^GET \/a\/b\?c=d%20e HTTP\/1\.1\r\n/);
    expect(server.received[0]).not.toMatch(/content-length|transfer-encoding/i);
  });

  test("uses a new connection each time", async () => {
    const connections = new Set<unknown>();
    const http = createServer((request, response) => {
      connections.add(request.socket);
      response.end("ok");
    }).listen(0, "127.0.0.1");
    await once(http, "listening");
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    for (let n = 0; n < 3; n += 1) await send(post(url), never);
    http.close();
    await once(http, "close");
    expect(connections.size).toBe(3);
  });

  test("is neither retried nor redirected", async () => {
    server = await rawServer((socket) =>
      socket.end("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"),
    );
    const response = await send(post(server.url), never);
    expect(response).toMatchObject({ status: 302, headers: { location: "/elsewhere" } });
    expect(server.received).toHaveLength(1);
  });
});

describe("an answer", () => {
  test("is status, headers and text", async () => {
    const response = await reading(
      "HTTP/1.1 201 Created\r\nRetry-After: 7\r\ncontent-length: 2\r\n\r\nok",
    );
    expect(response).toMatchObject({ status: 201, headers: { "retry-after": "7" }, body: "ok" });
  });

  test.each<[rule: string, parts: (string | Buffer)[], body: string | null]>([
    ["is decoded as UTF-8", [head("content-length: 6"), Buffer.from("tokén")], "tokén"],
    [
      "may come in pieces that split a sign",
      [head("content-length: 2"), Buffer.from([0xc3]), Buffer.from([0xa9])],
      "é",
    ],
    [
      "may be chunked",
      [head("transfer-encoding: chunked"), "2\r\nok\r\n", "1\r\n!\r\n0\r\n\r\n"],
      "ok!",
    ],
    ["may end with its connection", [head(), "ok"], "ok"],
    ["may be empty", [head("content-length: 0")], ""],
    [
      "may begin with a byte order mark, which is not text",
      [head(), Buffer.from([0xef, 0xbb, 0xbf]), "{}"],
      "{}",
    ],
    ["may say that it is not encoded", [head("content-encoding: identity"), "ok"], "ok"],
    ["of 64 KB is read", [head(), "x".repeat(65_536)], "x".repeat(65_536)],
    ["of one byte more is not", [head(), "x".repeat(65_537)], null],
    [
      "that is compressed although nobody asked is not",
      [head("content-encoding: gzip"), gzipSync("{}")],
      null,
    ],
    ["that is not UTF-8 is not", [head(), Buffer.from([0x7b, 0xff, 0x7d])], null],
  ])("%s", async (_, parts, body) => {
    const response = await reading(...parts);
    expect(response.body).toBe(body);
  });

  test("of fifty megabytes is aborted", async () => {
    const closed = Promise.withResolvers<void>();
    server = await rawServer((socket) => {
      socket.on("close", () => closed.resolve());
      socket.write(head());
      const more = () => {
        while (socket.writable && socket.write("x".repeat(16_384)));
      };
      socket.on("drain", more);
      more();
    });
    const begun = process.memoryUsage().arrayBuffers;
    expect((await send(post(server.url), never)).body).toBeNull();
    await closed.promise;
    expect(process.memoryUsage().arrayBuffers - begun).toBeLessThan(20_000_000);
  });

  test("is dated by our clock, before sending and after the last byte", async () => {
    const times = [at("10:00:00.000"), at("10:00:00.200")];
    const clock = { ...systemClock, now: () => times.shift() ?? at("11:00:00.000") };
    server = await rawServer((socket) => socket.end(`${head("content-length: 2")}ok`));
    expect(await nodeHttp(clock, loopbackOnly)(post(server.url), never)).toMatchObject({
      requestedAt: at("10:00:00.000"),
      receivedAt: at("10:00:00.200"),
    });
  });
});

describe("a call settles, whatever the provider sends", () => {
  const switching = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";

  test("a switch of protocols is an answer of status 101, without a body", async () => {
    server = await rawServer((socket) => socket.write(switching));
    const response = await send(post(server.url), never);
    expect(response).toMatchObject({ status: 101, body: null });
  });

  test("a connection that is closed without an answer is a failure", async () => {
    server = await rawServer((socket) => socket.end("HTTP/1.1 100 Continue\r\n\r\n"));
    await expect(send(post(server.url), never)).rejects.toMatchObject({
      kind: "network",
      sent: true,
    });
  });

  test.each([
    ["no answer at all", () => {}],
    [
      "informational answers without end",
      (socket: Socket) => flood(socket, "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ["a head without end", (socket: Socket) => flood(socket, "x")],
    [
      "a body without end",
      (socket: Socket) => {
        socket.write(head("content-length: 60000"));
        flood(socket, "x");
      },
    ],
  ])("by its deadline: %s", async (_, play) => {
    server = await rawServer(play);
    const failure = await send(post(server.url), AbortSignal.timeout(300)).catch((error) => error);
    expect(failure).toBeInstanceOf(HttpFailure);
    expect(failure).toMatchObject({ sent: true });
  });

  /** Sends a piece every 20 ms until the connection ends. */
  function flood(socket: Socket, piece: string): void {
    const timer = setInterval(() => socket.write(piece), 20);
    socket.on("close", () => clearInterval(timer));
  }
});
