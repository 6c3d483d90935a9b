import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import type { LocalServer } from "../../local/aws/listen.ts";
import { listen } from "../../local/aws/listen.ts";

/** `lose-answer`: the request takes effect, but its answer is lost. */
type InjectedFault = "lose-answer" | "throttle";

/** How a server is unreachable: connections are refused or reset, or requests are never answered. */
export type Outage = "refused" | "reset" | "black-hole";

/** A proxied request. `operation` is AWS's, or the last segment of the path; `caller` is the access key id. */
export interface ProxiedRequest {
  readonly operation: string;
  readonly caller: string;
  readonly body: string;
  readonly begunAt: number;
  /** When the caller got the answer, or disconnected. */
  endedAt: number;
  /** The target's answer; undefined if the request did not reach it. */
  answer?: { readonly at: number; readonly status: number; readonly content: Buffer };
}

/** One request that is stopped on its way. If it is released before it arrives, it is not stopped. */
export interface StoppedRequest {
  readonly arrived: Promise<ProxiedRequest>;
  release(): void;
}

export interface FaultyProxy extends LocalServer {
  /** Plans a fault for the next requests of this operation. */
  plan(operation: string, fault: InjectedFault, times?: number): void;
  /** Stops the next matching request, before the target gets it or before its caller gets the answer. */
  hold(matches: (passing: ProxiedRequest) => boolean, when: "before" | "after"): StoppedRequest;
  /** Makes the target unreachable until `restore`, also for requests in flight. */
  cut(outage: Outage): Promise<void>;
  restore(): Promise<void>;
  /** All proxied requests, in the order in which the target answered them. */
  readonly passed: readonly ProxiedRequest[];
}

interface Stop {
  readonly matches: (passing: ProxiedRequest) => boolean;
  readonly when: "before" | "after";
  arrive(passing: ProxiedRequest): void;
  readonly released: Promise<void>;
}

/**
 * A proxy in front of any server, with planned faults. `inTurn` forwards one request at a time, so that the order in
 * which they take effect is known.
 */
export async function startFaultyProxy(
  target: string,
  { inTurn = false } = {},
): Promise<FaultyProxy> {
  const faults: { readonly operation: string; readonly fault: InjectedFault }[] = [];
  const stops: Stop[] = [];
  const passed: ProxiedRequest[] = [];
  let outage: Outage | null = null;
  let last: Promise<unknown> = Promise.resolve();

  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    if (!inTurn) return work();
    const turn = last.then(work, work);
    last = turn;
    return turn;
  }

  function take(operation: string): InjectedFault | undefined {
    const at = faults.findIndex((planned) => planned.operation === operation);
    return at < 0 ? undefined : faults.splice(at, 1)[0]?.fault;
  }

  async function stopAt(passing: ProxiedRequest, when: Stop["when"]): Promise<void> {
    const at = stops.findIndex((stop) => stop.when === when && stop.matches(passing));
    const [stop] = at < 0 ? [] : stops.splice(at, 1);
    stop?.arrive(passing);
    await stop?.released;
  }

  async function apply(passing: ProxiedRequest, incoming: IncomingMessage, body: Buffer) {
    return inOrder(async () => {
      const { answer, content } = await forward(target, incoming, body);
      passing.answer = { at: Date.now(), status: answer.statusCode ?? 0, content };
      passed.push(passing);
      return answer;
    });
  }

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (outage) return meet(outage, incoming.socket);
    const body = await buffer(incoming);
    const passing = passingOf(incoming, body, response);
    const fault = take(passing.operation);
    if (fault === "throttle") return throttle(response);
    await stopAt(passing, "before");
    const { statusCode, headers } = await apply(passing, incoming, body);
    await stopAt(passing, "after");
    if (outage) return meet(outage, incoming.socket);
    if (fault === "lose-answer") response.destroy();
    else response.writeHead(statusCode ?? 502, headers).end(passing.answer?.content);
  }

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  const local = await listen(server);

  async function restore(): Promise<void> {
    const wasRefusing = outage === "refused";
    outage = null;
    server.closeAllConnections();
    if (wasRefusing)
      await new Promise<void>((done) => server.listen(local.port, "127.0.0.1", done));
  }

  return {
    ...local,
    passed,
    plan: (operation, fault, times = 1) => {
      for (let turn = 0; turn < times; turn += 1) faults.push({ operation, fault });
    },
    hold(matches, when) {
      const arrival = Promise.withResolvers<ProxiedRequest>();
      const release = Promise.withResolvers<void>();
      stops.push({ matches, when, arrive: arrival.resolve, released: release.promise });
      return { arrived: arrival.promise, release: release.resolve };
    },
    async cut(how) {
      await restore();
      outage = how;
      if (how !== "refused") return;
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
    restore,
    async stop() {
      if (outage !== "refused") await local.stop();
    },
  };
}

function passingOf(
  incoming: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): ProxiedRequest {
  const passing: ProxiedRequest = {
    operation: operationOf(incoming),
    caller: /Credential=([^/]+)/.exec(incoming.headers.authorization ?? "")?.[1] ?? "",
    body: body.toString(),
    begunAt: Date.now(),
    endedAt: Number.POSITIVE_INFINITY,
  };
  response.once("close", () => {
    passing.endedAt = Date.now();
  });
  return passing;
}

function operationOf({ headers, url = "" }: IncomingMessage): string {
  const [, operation] = String(headers["x-amz-target"] ?? "").split(".");
  return operation ?? url.split("/").at(-1) ?? "";
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ answer: IncomingMessage; content: Buffer }> {
  const { method, headers, url = "/" } = incoming;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(new URL(url, target), { method, headers, agent: false }, resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
  return { answer, content: await buffer(answer) };
}

/** In a black hole the connection stays open without an answer. */
function meet(outage: Outage, socket: Socket): void {
  if (outage !== "black-hole") socket.resetAndDestroy();
}

function throttle(response: ServerResponse): void {
  const type = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
  response
    .writeHead(400, { "content-type": "application/x-amz-json-1.0" })
    .end(JSON.stringify({ __type: type, message: "Rate exceeded." }));
}
