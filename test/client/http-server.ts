import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface HttpServer {
  readonly url: string;
  readonly received: Received[];
  /** Number of requests whose sender disconnected before the answer was complete. */
  abandoned(): number;
}

/** A real HTTP server, stopped when the test ends. */
export async function startHttpServer(
  answer: (request: Received, response: ServerResponse, nth: number) => unknown,
): Promise<HttpServer> {
  const received: Received[] = [];
  let abandoned = 0;
  const server = createServer(async (incoming, response) => {
    const { method = "", url = "", headers } = incoming;
    const request = { method, url, headers, body: await text(incoming) };
    const nth = received.push(request);
    response.on("close", () => {
      if (!response.writableFinished) abandoned += 1;
    });
    await answer(request, response, nth);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received, abandoned: () => abandoned };
}
