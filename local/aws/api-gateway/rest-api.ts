import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { LambdaHost } from "../lambda/lambda-host.ts";
import type { LocalServer } from "../listen.ts";
import { listen } from "../listen.ts";
import { readBytes } from "../read-body.ts";
import type { Guard } from "../sigv4/guard.ts";
import { ALLOW_ALL } from "../sigv4/guard.ts";
import type { Principal } from "../sigv4/principals.ts";
import { GatewayError, sendGatewayError, signatureError } from "./gateway-error.ts";
import type { CallerIdentity, ProxyRoute } from "./proxy-event.ts";
import { proxyEvent } from "./proxy-event.ts";
import { sendProxyResponse } from "./proxy-response.ts";

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT_MS = 29_000;

/** The route that matches a request, and what API Gateway checks before it invokes the function. */
export interface RestRoute extends ProxyRoute {
  /** The alias of the function that is invoked; it learns of it. */
  readonly qualifier?: string | undefined;
  /**
   * The ARN that the caller's policies have to allow: `arn:aws:execute-api:…:live/GET/v1/…`; null for a public route.
   */
  readonly executeApiArn: string | null;
  /** Throws `GatewayError`. */
  validate?(request: IncomingMessage, body: string): void;
}

export interface RestApiOptions {
  readonly host: Pick<LambdaHost, "invoke">;
  /** `path` is percent-encoded and has no query. */
  route(method: string, path: string): RestRoute | undefined;
  readonly guard?: Guard;
  readonly port?: number;
  readonly timeoutMs?: number;
  onFailure?(error: GatewayError): void;
  /** Sends an error of API Gateway (default: in API Gateway's own form). */
  sendError?(response: ServerResponse, error: GatewayError): void;
}

/** Emulates an API Gateway REST API with Lambda proxy integrations. */
export function startRestApi(options: RestApiOptions): Promise<LocalServer> {
  const { host, route, guard = ALLOW_ALL, timeoutMs = INTEGRATION_TIMEOUT_MS } = options;
  const { sendError = sendGatewayError } = options;

  async function authenticate(
    request: IncomingMessage,
    body: Uint8Array,
    { executeApiArn }: RestRoute,
  ) {
    if (executeApiArn === null) return undefined;
    const principal = await guard
      .authenticate(request, body, "execute-api")
      .catch((error: unknown) => {
        throw error instanceof AwsError ? signatureError(error) : error;
      });
    guard.report(principal, "execute-api:Invoke", { Resource: executeApiArn });
    return principal;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readBytes(request, BODY_LIMIT_BYTES);
    const [path = "/"] = (request.url ?? "/").split("?");
    const found = route(request.method ?? "GET", path);
    if (!found) throw new GatewayError("MISSING_AUTHENTICATION_TOKEN");
    if (bytes === undefined) throw new GatewayError("REQUEST_TOO_LARGE");

    const principal = await authenticate(request, bytes, found);
    const body = bytes.toString();
    found.validate?.(request, body);
    const event = proxyEvent(request, body, found, principal && identityOf(principal));
    const signal = AbortSignal.timeout(timeoutMs);
    const { functionName, qualifier } = found;
    const options = { signal, qualifier };
    const { functionError, payload } = await host.invoke(functionName, event, options);
    if (functionError || !sendProxyResponse(response, payload)) {
      throw new GatewayError("INTEGRATION_FAILURE", { cause: payload });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.errored || response.headersSent) return response.destroy();
      const failure = asGatewayError(error);
      options.onFailure?.(failure);
      return sendError(response, failure);
    });
  });
  return listen(server, options.port);
}

function identityOf({ arn, keys }: Principal): Partial<CallerIdentity> {
  const [, , , , accountId = null] = arn.split(":");
  const name = arn.split("/").at(-1) ?? null;
  return { accountId, userArn: arn, user: name, caller: name, accessKey: keys.accessKeyId };
}

function asGatewayError(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const isTimeout = cause instanceof Error && cause.name === "TimeoutError";
  return new GatewayError(isTimeout ? "INTEGRATION_TIMEOUT" : "INTEGRATION_FAILURE", { cause });
}
