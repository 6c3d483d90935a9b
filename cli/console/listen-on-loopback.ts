import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Longer than a slow person's machine needs, shorter than somebody could block the console with. */
const requestMs = 10_000;
const maxConnections = 64;

/** Listens at the IPv4 loopback address only. Port 0: a free one. Throws if the port is taken. */
export async function listenOnLoopback(
  server: Server,
  port: number,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  server.requestTimeout = requestMs;
  server.maxConnections = maxConnections;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
