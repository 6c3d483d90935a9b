import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import dynalite from "dynalite";
import type { FaultInjection } from "../fault-injection.ts";
import { createFaultInjector } from "../fault-injection.ts";
import { AwsError, sendError } from "../json-protocol/aws-json.ts";
import type { LocalServer } from "../listen.ts";
import { listen } from "../listen.ts";
import { readBytes } from "../read-body.ts";
import type { RequestCounts } from "../request-counter.ts";
import { requestCounter } from "../request-counter.ts";
import type { Guard } from "../sigv4/guard.ts";
import { ALLOW_ALL } from "../sigv4/guard.ts";
import type { WriteRequest } from "./refused-items.ts";
import { returnRefusedItems } from "./refused-items.ts";

/** A request that the table's database has answered. */
export interface DynamoDbAnswer {
  readonly operation: string;
  readonly body: string;
  readonly answer: { readonly at: number; readonly status: number; readonly content: Buffer };
}

export interface LocalDynamoDb extends LocalServer, FaultInjection {
  readonly requests: RequestCounts;
}

interface DynamoDbOptions {
  readonly port?: number;
  readonly folder?: string;
  readonly guard?: Guard;
  /** Whether a refused write's answer holds the item where the write asks for it, as at AWS (default: as dynalite, not). */
  readonly returnsRefusedItems?: boolean;
  /** Called in the order in which requests took effect. */
  onAnswer?(answer: DynamoDbAnswer): void;
}

const longestEndMs = 2000;

/** DynamoDB's API. In memory, or in a folder, where tables survive a restart. */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<LocalDynamoDb> {
  const { guard = ALLOW_ALL } = options;
  const server = dynalite({
    ...(options.folder && { path: options.folder }),
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
  });
  const requests = requestCounter();
  const underWay = new Set<Promise<void>>();
  let isStopping = false;
  const { apply, injectFault, clearFaults } = createFaultInjector({
    throttle: new AwsError(
      "ThrottlingException",
      "Rate of requests exceeds the allowed throughput.",
    ),
    fail: new AwsError("InternalServerError", "The request processing has failed.", {
      status: 500,
    }),
  });

  interceptRequests(server, (dynaliteListener) => (request, response) => {
    const answer = async () => {
      const operation = operationOf(request);
      requests.add(operation, request.headers);
      const body = (await readBytes(request)) ?? Buffer.alloc(0);
      const principal = await guard.authenticate(request, body, "dynamodb");
      guard.report(principal, `dynamodb:${operation}`, parseInput(body));
      if (await apply(operation, response)) return;
      if (isStopping) {
        response.destroy();
        return;
      }
      const handled = new Promise<void>((resolve) => onEnd(response, () => resolve()));
      underWay.add(handled);
      void handled.then(() => underWay.delete(handled));
      watchAnswer(
        options,
        dynaliteListener,
        { operation, headers: request.headers, body },
        response,
      );
      dynaliteListener(withBody(request, body), response);
    };
    answer().catch((error: unknown) => {
      if (error instanceof AwsError) sendError(response, error);
      else response.destroy(error as Error);
    });
  });

  const listening = await listen(server, options.port);
  return {
    ...listening,
    ...{ requests, injectFault, clearFaults },
    async stop() {
      // dynalite throws where a write meets a closed database, although nobody waits for its answer any more.
      isStopping = true;
      const tooLong = new AbortController();
      const limit = sleep(longestEndMs, undefined, { signal: tooLong.signal }).catch(() => {});
      await Promise.race([Promise.all(underWay), limit]);
      tooLong.abort();
      await listening.stop();
    },
  };
}

function interceptRequests(
  server: Server,
  intercept: (original: RequestListener) => RequestListener,
) {
  const [original] = server.listeners("request") as RequestListener[];
  if (!original) throw new Error("dynalite no longer listens for requests itself");
  server.removeAllListeners("request");
  server.on("request", intercept(original));
}

function watchAnswer(
  { onAnswer, returnsRefusedItems }: DynamoDbOptions,
  database: RequestListener,
  request: WriteRequest & Pick<DynamoDbAnswer, "operation">,
  response: ServerResponse,
): void {
  if (onAnswer) reportAnswer(response, request.operation, request.body, onAnswer);
  if (returnsRefusedItems) returnRefusedItems(database, request, response);
}

function reportAnswer(
  response: ServerResponse,
  operation: string,
  body: Buffer,
  onAnswer: NonNullable<DynamoDbOptions["onAnswer"]>,
): void {
  onEnd(response, (content) => {
    const answer = { at: Date.now(), status: response.statusCode, content: Buffer.from(content) };
    onAnswer({ operation, body: body.toString(), answer });
  });
}

/** dynalite ends its answers with the whole content. */
function onEnd(response: ServerResponse, ended: (content: Buffer | string) => void): void {
  const end = response.end.bind(response);
  response.end = ((content: Buffer | string = "") => {
    ended(content);
    return end(content);
  }) as ServerResponse["end"];
}

function operationOf(request: IncomingMessage): string {
  return String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? request.method ?? "";
}

/**
 * A copy of a request whose body has been read already. It is not connected to the socket: dynalite rethrows errors of
 * a request, so a client that dies would end this process.
 */
function withBody({ method, url, headers }: IncomingMessage, body: Buffer): IncomingMessage {
  return Object.assign(Readable.from([body]), { method, url, headers }) as IncomingMessage;
}

/** Null for a body that is not JSON: dynalite answers that error. */
function parseInput(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
