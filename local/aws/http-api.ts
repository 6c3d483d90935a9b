import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { GatewayError, sendGatewayError } from "./gateway-error.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { LocalServer } from "./listen.ts";
import { listen } from "./listen.ts";
import type { Identity, Route } from "./proxy-event.ts";
import { proxyEvent } from "./proxy-event.ts";
import { sendProxyResponse } from "./proxy-response.ts";
import { readBody } from "./read-body.ts";

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT_MS = 29_000;

export interface HttpApiOptions {
  readonly host: Pick<LambdaHost, "invoke">;
  /** The path as it was sent: percent-encoded, without the query. */
  route(method: string, path: string): Route | undefined;
  /** What IAM would have found out about the caller. */
  identify?(request: IncomingMessage): Partial<Identity>;
  readonly port?: number;
  readonly timeoutMs?: number;
  onFailure?(error: GatewayError): void;
}

/** API Gateway's REST API with Lambda proxy integrations, as far as a caller can tell. */
export function startHttpApi(options: HttpApiOptions): Promise<LocalServer> {
  const { host, route, identify, timeoutMs = INTEGRATION_TIMEOUT_MS } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, BODY_LIMIT_BYTES);
    const [path = "/"] = (request.url ?? "/").split("?");
    const found = route(request.method ?? "GET", path);
    if (!found) throw new GatewayError("missing-authentication-token");
    if (body === undefined) throw new GatewayError("request-too-large");

    const event = proxyEvent(request, body, found, identify?.(request));
    const signal = AbortSignal.timeout(timeoutMs);
    const { functionError, payload } = await host.invoke(found.functionName, event, { signal });
    if (functionError || !sendProxyResponse(response, payload)) {
      throw new GatewayError("integration-failure", { cause: payload });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.errored || response.headersSent) return response.destroy();
      const failure = asGatewayError(error);
      options.onFailure?.(failure);
      return sendGatewayError(response, failure);
    });
  });
  return listen(server, options.port);
}

function asGatewayError(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const isTimeout = cause instanceof Error && cause.name === "TimeoutError";
  return new GatewayError(isTimeout ? "integration-timeout" : "integration-failure", { cause });
}
