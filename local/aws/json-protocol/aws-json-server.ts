import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { FaultInjection } from "../fault-injection.ts";
import { createFaultInjector } from "../fault-injection.ts";
import type { LocalServer } from "../listen.ts";
import { listen } from "../listen.ts";
import { readBytes } from "../read-body.ts";
import type { RequestCounts } from "../request-counter.ts";
import { requestCounter } from "../request-counter.ts";
import type { Guard } from "../sigv4/guard.ts";
import { ALLOW_ALL } from "../sigv4/guard.ts";
import { AwsError, parseJsonRequest, sendError, sendJson } from "./aws-json.ts";
import { decode, encode } from "./aws-json-codec.ts";
import { readModel } from "./aws-model.ts";

/** A service with the AWS JSON protocol, `X-Amz-Target: <targetPrefix>.<Operation>`. */
export interface AwsJsonService {
  /** The SDK client's whole module, from which the service's model is read. */
  readonly sdkClient: Readonly<Record<string, unknown>>;
  readonly targetPrefix: string;
  /** The service's prefix in IAM actions and in signature scopes: `secretsmanager`. */
  readonly signingName: string;
  /** Each operation takes and returns the SDK's types, and throws `AwsError`. */
  readonly operations: Readonly<Record<string, (input: never) => unknown>>;
  /** The service's errors for throttling and internal failures. */
  readonly errors: { readonly throttle: AwsError; readonly fail: AwsError };
}

export interface LocalAwsJsonServer extends LocalServer, FaultInjection {
  readonly requests: RequestCounts;
}

export async function startAwsJsonServer(
  service: AwsJsonService,
  options: { port?: number; guard?: Guard } = {},
): Promise<LocalAwsJsonServer> {
  const { guard = ALLOW_ALL } = options;
  const model = readModel(service.sdkClient);
  const requests = requestCounter();
  const { apply, injectFault, clearFaults } = createFaultInjector(service.errors);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBytes(request)) ?? Buffer.alloc(0);
    const [prefix, name = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    requests.add(name, request.headers);
    const principal = await guard.authenticate(request, body, service.signingName);
    if (await apply(name, response)) return;
    const operation = prefix === service.targetPrefix ? model.operations.get(name) : undefined;
    if (!operation) throw new AwsError("UnknownOperationException", `No operation ${name}`);
    const handler = service.operations[name];
    if (!handler)
      throw new AwsError("NotImplementedLocally", `${name} is not implemented`, { status: 501 });
    const wire = parseJsonRequest(body.toString(), "SerializationException");
    guard.report(principal, `${service.signingName}:${name}`, wire);
    const input = decode(operation.input, wire);
    sendJson(response, 200, encode(operation.output, await handler(input as never)) as object);
  }

  function asAwsError(error: unknown): AwsError {
    if (!(error instanceof AwsError))
      return new AwsError("InternalFailure", String(error), { status: 500 });
    return new AwsError(error.type, error.message, {
      status: model.errors.get(error.type) ?? error.status,
    });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.errored) response.destroy();
      else sendError(response, asAwsError(error));
    });
  });
  return { ...(await listen(server, options.port)), requests, injectFault, clearFaults };
}
