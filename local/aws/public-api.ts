import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import * as v from "valibot";
import type { LambdaHost } from "./lambda-host.ts";
import type { LocalServer } from "./listen.ts";
import { listen } from "./listen.ts";
import type { PublicRoute } from "./public-event.ts";
import { publicEvent } from "./public-event.ts";

const INTEGRATION_TIMEOUT_MS = 30_000;

export interface PublicApiOptions {
  readonly host: Pick<LambdaHost, "invoke">;
  /** The path as it was sent: percent-encoded, without the query. */
  route(method: string, path: string): PublicRoute | undefined;
  readonly port?: number;
  readonly timeoutMs?: number;
}

const proxyResponse = v.object({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)),
  headers: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
  cookies: v.optional(v.array(v.string()), []),
  body: v.optional(v.string(), ""),
  isBase64Encoded: v.optional(v.boolean(), false),
});

/** API Gateway's HTTP API with Lambda proxy integrations, as far as a browser can tell. */
export function startPublicApi(options: PublicApiOptions): Promise<LocalServer> {
  const { host, route, timeoutMs = INTEGRATION_TIMEOUT_MS } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const [path = "/"] = (request.url ?? "/").split("?");
    const found = route(request.method ?? "GET", path);
    if (!found) return message(response, 404, "Not Found");
    const event = publicEvent(request, body, found);
    const signal = AbortSignal.timeout(timeoutMs);
    const invoked = await host.invoke(found.functionName, event, { signal });
    if (invoked.functionError || !sendAnswer(response, invoked.payload)) {
      message(response, 500, "Internal Server Error");
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (request.errored || response.headersSent) return response.destroy();
      return message(response, 503, "Service Unavailable");
    });
  });
  return listen(server, options.port);
}

/** False when what the function returned is not a response. */
function sendAnswer(response: ServerResponse, payload: unknown): boolean {
  const { success, output } = v.safeParse(proxyResponse, payload);
  if (!success) return false;
  response.statusCode = output.statusCode;
  for (const [name, value] of Object.entries(output.headers)) {
    response.setHeader(name, String(value));
  }
  if (output.cookies.length > 0) response.setHeader("Set-Cookie", output.cookies);
  response.end(Buffer.from(output.body, output.isBase64Encoded ? "base64" : "utf8"));
  return true;
}

function message(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ message: text }));
}
