import type { IncomingMessage, RequestListener, Server } from "node:http";
import dynalite from "dynalite";
import { AwsError } from "./aws-json.ts";
import type { LocalServer } from "./listen.ts";
import { listen } from "./listen.ts";
import type { Misbehaving } from "./misbehaviour.ts";
import { misbehaviours } from "./misbehaviour.ts";
import type { RequestCounts } from "./request-counter.ts";
import { requestCounter } from "./request-counter.ts";

export interface LocalDynamoDb extends LocalServer, Misbehaving {
  readonly requests: RequestCounts;
}

/** In memory, unless a folder is given; what is in the folder survives a restart. */
export async function startDynamoDb(
  options: { port?: number; folder?: string } = {},
): Promise<LocalDynamoDb> {
  const server = dynalite({
    ...(options.folder && { path: options.folder }),
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
  });
  const requests = requestCounter();
  const { apply, misbehave, behave } = misbehaviours({
    throttle: new AwsError(
      "ThrottlingException",
      "Rate of requests exceeds the allowed throughput.",
    ),
    fail: new AwsError("InternalServerError", "The request processing has failed.", {
      status: 500,
    }),
  });

  interceptRequests(server, (dynaliteListener) => (request, response) => {
    const operation = operationOf(request);
    requests.add(operation);
    apply(operation, response)
      .then((answered) => {
        if (answered) return;
        dynaliteListener(request, response);
        surviveAbortedRequests(request);
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });

  return { ...(await listen(server, options.port)), requests, misbehave, behave };
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

function operationOf(request: IncomingMessage): string {
  return String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? request.method ?? "";
}

/** dynalite rethrows a request's error: a client killed at the wrong instant would end this process. */
function surviveAbortedRequests(request: IncomingMessage): void {
  request.removeAllListeners("error");
  request.on("error", () => {});
}
