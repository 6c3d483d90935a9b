import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { LambdaHost } from "../lambda/lambda-host.ts";
import type { LocalServer } from "../listen.ts";
import { listen } from "../listen.ts";
import { readBytes } from "../read-body.ts";
import type { HttpRoute } from "./http-api-event.ts";
import { httpApiEvent } from "./http-api-event.ts";
import { sendHttpApiResponse } from "./http-api-response.ts";

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT_MS = 30_000;

export interface HttpApiOptions {
  readonly port?: number;
  readonly timeoutMs?: number;
}

interface HttpApiDeployment {
  readonly host: Pick<LambdaHost, "invoke">;
  /** `path` is percent-encoded and has no query. */
  route(method: string, path: string): HttpRoute | undefined;
  /** False for a request that exceeds the limits of its route. */
  allows?(routeKey: string): boolean;
  onFailure?(cause: unknown): void;
  /** Called after each answer of a function. */
  onAnswer?(route: HttpRoute, status: number): void;
}

/** Its address is known before the deployment, because it is in the functions' environment. */
export interface LocalHttpApi extends LocalServer {
  /** With the host `localhost`, which browsers treat as secure: it may set `Secure` cookies over http. */
  readonly browserUrl: string;
  deploy(deployment: HttpApiDeployment): void;
}

/** Emulates an API Gateway HTTP API with public routes to functions, payload format 2.0. */
export async function startHttpApi(options: HttpApiOptions = {}): Promise<LocalHttpApi> {
  const { timeoutMs = INTEGRATION_TIMEOUT_MS } = options;
  let deployed: HttpApiDeployment | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBytes(request, BODY_LIMIT_BYTES);
    const [path = "/"] = (request.url ?? "/").split("?");
    const route = deployed?.route(request.method ?? "GET", path);
    if (!deployed || !route) return sendMessage(response, 404, "Not Found");
    if (deployed.allows?.(route.routeKey) === false) {
      return sendMessage(response, 429, "Too Many Requests");
    }
    if (body === undefined) return sendMessage(response, 413, "Request Entity Too Large");
    await forward(deployed, route, httpApiEvent(request, body, route), response);
  }

  async function forward(
    { host, onAnswer }: HttpApiDeployment,
    route: HttpRoute,
    event: object,
    response: ServerResponse,
  ): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    const { functionError, payload } = await host.invoke(route.functionName, event, { signal });
    if (functionError || !sendHttpApiResponse(response, payload)) {
      throw new Error("The function did not answer.", { cause: payload });
    }
    onAnswer?.(route, response.statusCode);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.errored || response.headersSent) return response.destroy();
      deployed?.onFailure?.(error);
      const isTimeout = error instanceof Error && error.name === "TimeoutError";
      return isTimeout
        ? sendMessage(response, 503, "Service Unavailable")
        : sendMessage(response, 500, "Internal Server Error");
    });
  });
  const listening = await listen(server, options.port);
  return {
    ...listening,
    browserUrl: `http://localhost:${listening.port}`,
    deploy(deployment) {
      deployed = deployment;
    },
  };
}

function sendMessage(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ message }));
}
