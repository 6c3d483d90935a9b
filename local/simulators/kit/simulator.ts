import type { Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Controls } from "./controls.ts";
import { controlRoutes } from "./controls.ts";
import { createCounters } from "./counters.ts";
import { createFaultQueue } from "./faults.ts";
import type { SimulatedReply } from "./reply.ts";
import { jsonReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import { readRequest } from "./request.ts";
import type { SimulatedRoute } from "./route.ts";
import { matchRoute } from "./route.ts";
import { runRoute } from "./run-route.ts";
import { sendReply } from "./send-reply.ts";
import type { SimulatorContext, SimulatorOptions } from "./simulator-context.ts";

/** A simulated provider: a real HTTP server that really revokes tokens, with controls and counters for tests. */
export interface Simulator extends Controls {
  readonly id: string;
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export interface SimulatedRoutes {
  readonly id: string;
  readonly routes: readonly SimulatedRoute[];
  /** The reply to a request that matches no route. */
  readonly notFound?: SimulatedReply;
  /** Another server of the same provider, with the same context: it is controlled and stopped with this one. */
  readonly partner?: Simulator;
}

export async function startSimulator(
  context: SimulatorContext,
  { id, routes, partner, notFound = jsonReply(404, { message: "Not Found" }) }: SimulatedRoutes,
  { port = 0, tls }: SimulatorOptions,
): Promise<Simulator> {
  const names = routes.map((route) => route.name);
  const faults = createFaultQueue(names);
  const stopping = new AbortController();
  const controls: Controls = {
    journal: context.journal.entries,
    counters: createCounters(context.journal.entries, context.inFlight),
    settings: context.settings,
    injectFault(fault) {
      const isOwn = fault.route !== undefined && names.includes(fault.route);
      if (partner && !isOwn) partner.injectFault(fault);
      else faults.add(fault);
    },
    clearFaults() {
      faults.clear();
      partner?.clearFaults();
    },
  };
  const administration = controlRoutes(controls);

  async function answer(request: SimulatedRequest, response: ServerResponse): Promise<void> {
    const control = matchRoute(administration, request);
    const match = control ?? matchRoute(routes, request);
    setDateHeader(context, response);
    if (control || !match) {
      const reply = (await control?.route.handle(request)) ?? notFound;
      await sendReply({ reply, ending: "complete" }, response, stopping.signal);
    } else {
      const fault = faults.take(match.route.name);
      const addressed = { ...request, params: match.params };
      await runRoute(
        { context, route: match.route, fault, signal: stopping.signal },
        addressed,
        response,
      );
    }
  }

  const listener: Parameters<typeof createServer>[1] = (incoming, response) => {
    readRequest(incoming)
      .then((request) => answer(request, response))
      .catch((error: unknown) => reportDefect(response, error, stopping.signal));
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const boundPort = await listen(server, port);

  return {
    id,
    url: `${tls ? "https" : "http"}://127.0.0.1:${boundPort}`,
    port: boundPort,
    ...controls,
    async stop() {
      await Promise.all([stop(server, stopping), partner?.stop()]);
    },
  };
}

function setDateHeader({ now, settings }: SimulatorContext, response: ServerResponse): void {
  response.sendDate = false;
  if (settings.dateHeader) {
    response.setHeader("date", new Date(now() + settings.dateSkewMs).toUTCString());
  }
}

/** Errors are expected if the caller has disconnected or the simulator is stopping. Any other error is a defect. */
function reportDefect(response: ServerResponse, error: unknown, stopping: AbortSignal): void {
  if (stopping.aborted || response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { "content-type": "text/plain" });
  response.end(`simulator defect: ${error instanceof Error ? error.stack : String(error)}`);
}

async function listen(server: Server, port: number): Promise<number> {
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server, stopping: AbortController): Promise<void> {
  stopping.abort();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
