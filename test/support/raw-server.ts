import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";

export interface RawServer {
  readonly url: string;
  /** The bytes that each connection has sent so far. */
  readonly received: string[];
  stop(): Promise<void>;
}

/** A TCP server that calls `respond` for each connection once the request's header has arrived. */
export async function rawServer(respond: (socket: Socket) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const server = createServer((socket) => {
    const index = received.push("") - 1;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      const wasComplete = received[index]?.includes("\r\n\r\n");
      received[index] += chunk.toString("latin1");
      if (!wasComplete && received[index]?.includes("\r\n\r\n")) respond(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
