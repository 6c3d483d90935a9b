import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { LOCAL_LOCATION } from "../arns.ts";
import { AwsError, parseJsonRequest } from "../json-protocol/aws-json.ts";
import type { LocalServer } from "../listen.ts";
import { listen } from "../listen.ts";
import { readBytes } from "../read-body.ts";
import type { Guard } from "../sigv4/guard.ts";
import { ALLOW_ALL } from "../sigv4/guard.ts";
import type { Principal } from "../sigv4/principals.ts";
import { functionNotFound, TooManyRequests } from "./lambda-failures.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import { functionArn, logGroupOf } from "./lambda-function.ts";
import type { InvocationResult, LambdaHost } from "./lambda-host.ts";

const PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;
const LIST = /^\/2015-03-31\/functions\/?$/;
const CONFIGURATION = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/;
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** `name`, `account:function:name` or an ARN, each with or without a qualifier. */
const FUNCTION = /^(?:(?:arn:[^:]+:lambda:[^:]+:)?\d{12}:function:)?([\w-]+)(?::([\w$-]+))?$/;

interface FunctionParts {
  readonly name: string;
  /** An alias or a version. */
  readonly qualifier: string | undefined;
}

interface LambdaApiOptions {
  readonly port?: number;
  readonly guard?: Guard;
  onEventFailure?(error: unknown): void;
  /** Called for each invocation that was answered, with its AWS request id. */
  onInvoked?(name: string, requestId: string, principal: Principal | undefined): void;
}

/** Lambda's operations Invoke, ListFunctions and GetFunctionConfiguration: https://docs.aws.amazon.com/lambda/latest/api/ */
export function startLambdaApi(
  host: Pick<LambdaHost, "functions" | "invoke" | "processes">,
  options: LambdaApiOptions = {},
): Promise<LocalServer> {
  const { guard = ALLOW_ALL } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBytes(request, PAYLOAD_LIMIT_BYTES);
    if (body === undefined) throw tooLarge();
    const principal = await guard.authenticate(request, body, "lambda");
    if (request.method === "GET") return describe(pathOf(request), principal, response);
    const { name, qualifier } = functionIn(request);
    const payload = parseJsonRequest(body.toString() || "{}", "InvalidRequestContentException");
    const FunctionName = functionArn(LOCAL_LOCATION, name, qualifier);
    guard.report(principal, "lambda:InvokeFunction", { FunctionName });
    switch (request.headers["x-amz-invocation-type"]) {
      case "DryRun":
        host.processes(name);
        response.writeHead(204).end();
        break;
      case "Event":
        host.processes(name);
        host
          .invoke(name, payload, { qualifier })
          .catch((error: unknown) => options.onEventFailure?.(error));
        response.writeHead(202).end();
        break;
      default: {
        const result = await host.invoke(name, payload, { qualifier });
        options.onInvoked?.(name, result.requestId, principal);
        send(response, result);
      }
    }
  }

  function describe(path: string, principal: Principal | undefined, response: ServerResponse) {
    if (LIST.test(path)) {
      guard.report(principal, "lambda:ListFunctions", {});
      return sendConfiguration(response, { Functions: host.functions.map(configurationOf) });
    }
    const { name } = partsOf(CONFIGURATION.exec(path)?.[1]) ?? {};
    if (!name) throw notImplemented(`GET ${path}`);
    const FunctionName = functionArn(LOCAL_LOCATION, name);
    guard.report(principal, "lambda:GetFunctionConfiguration", { FunctionName });
    const fn = host.functions.find((each) => each.name === name);
    if (!fn) throw functionNotFound(FunctionName);
    sendConfiguration(response, configurationOf(fn));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.errored) response.destroy();
      else sendError(response, error);
    });
  });
  return listen(server, options.port);
}

function configurationOf(fn: LambdaFunction): object {
  const { name, description = "", environment, timeoutMs, memoryMb, folder } = fn;
  return {
    FunctionName: name,
    // What is in one folder is one code.
    CodeSha256: createHash("sha256").update(folder).digest("base64"),
    Environment: { Variables: environment },
    Description: description,
    Timeout: timeoutMs / 1000,
    MemorySize: memoryMb,
    LoggingConfig: { LogFormat: "Text", LogGroup: logGroupOf(fn) },
  };
}

/** Lists are sent in one page: AWS's have up to fifty functions. */
function sendConfiguration(response: ServerResponse, configuration: object): void {
  response
    .writeHead(200, { "Content-Type": "application/json" })
    .end(JSON.stringify(configuration));
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?")[0] ?? "";
}

function functionIn(request: IncomingMessage): FunctionParts {
  const { method, url = "" } = request;
  const [, encoded] = INVOCATIONS.exec(pathOf(request)) ?? [];
  const parts = partsOf(encoded);
  if (method !== "POST" || !parts) throw notImplemented(`${method} ${url}`);
  const { qualifier = new URL(url, "http://lambda").searchParams.get("Qualifier") ?? undefined } =
    parts;
  return { name: parts.name, qualifier };
}

const notImplemented = (what: string) =>
  new AwsError("ResourceNotFoundException", `${what} is not implemented`, { status: 404 });

function partsOf(encoded = ""): FunctionParts | null {
  const [, name, qualifier] = FUNCTION.exec(decodeURIComponent(encoded)) ?? [];
  return name === undefined ? null : { name, qualifier };
}

const tooLarge = () =>
  new AwsError(
    "RequestTooLargeException",
    `Request must be smaller than ${PAYLOAD_LIMIT_BYTES} bytes for the InvokeFunction operation`,
    { status: 413 },
  );

function send(
  response: ServerResponse,
  { requestId, payload, functionError }: InvocationResult,
): void {
  response
    .writeHead(200, {
      "Content-Type": "application/json",
      "x-amzn-RequestId": requestId,
      "X-Amz-Executed-Version": "$LATEST",
      ...(functionError && { "X-Amz-Function-Error": functionError }),
    })
    .end(JSON.stringify(payload));
}

function sendError(response: ServerResponse, error: unknown): void {
  const { type, status, message } =
    error instanceof AwsError
      ? error
      : new AwsError("ServiceException", String(error), { status: 500 });
  response
    .writeHead(status, {
      "Content-Type": "application/json",
      "x-amzn-RequestId": randomUUID(),
      "x-amzn-ErrorType": type,
    })
    .end(
      JSON.stringify({
        Type: status >= 500 ? "Service" : "User",
        ...(error instanceof TooManyRequests && { Reason: error.reason }),
        // Lambda's errors differ in the case of this member; SDKs read both.
        message,
        Message: message,
      }),
    );
}
