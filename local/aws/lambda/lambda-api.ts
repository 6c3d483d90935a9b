import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { LOCAL_LOCATION } from "../arns.ts";
import { AwsError, parseJsonRequest } from "../json-protocol/aws-json.ts";
import type { LocalServer } from "../listen.ts";
import { listen } from "../listen.ts";
import { readBytes } from "../read-body.ts";
import type { Guard } from "../sigv4/guard.ts";
import { ALLOW_ALL } from "../sigv4/guard.ts";
import { functionArn } from "./lambda-function.ts";
import type { InvocationResult, LambdaHost } from "./lambda-host.ts";

const PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;
const LIST = /^\/2015-03-31\/functions\/?$/;
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** `name`, `account:function:name` or an ARN, each with or without a qualifier. */
const FUNCTION = /^(?:(?:arn:[^:]+:lambda:[^:]+:)?\d{12}:function:)?([\w-]+)(?::[\w$-]+)?$/;

/** Lambda's operations Invoke and ListFunctions: https://docs.aws.amazon.com/lambda/latest/api/ */
export function startLambdaApi(
  host: Pick<LambdaHost, "functions" | "invoke" | "processes">,
  options: { port?: number; guard?: Guard; onEventFailure?: (error: unknown) => void } = {},
): Promise<LocalServer> {
  const { guard = ALLOW_ALL } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBytes(request, PAYLOAD_LIMIT_BYTES);
    if (body === undefined) throw tooLarge();
    const principal = await guard.authenticate(request, body, "lambda");
    if (request.method === "GET" && LIST.test(pathOf(request))) {
      guard.report(principal, "lambda:ListFunctions", {});
      return list(response);
    }
    const name = functionName(request);
    const payload = parseJsonRequest(body.toString() || "{}", "InvalidRequestContentException");
    const FunctionName = functionArn(LOCAL_LOCATION, name);
    guard.report(principal, "lambda:InvokeFunction", { FunctionName });
    switch (request.headers["x-amz-invocation-type"]) {
      case "DryRun":
        host.processes(name);
        response.writeHead(204).end();
        break;
      case "Event":
        host.processes(name);
        host.invoke(name, payload).catch((error: unknown) => options.onEventFailure?.(error));
        response.writeHead(202).end();
        break;
      default:
        send(response, await host.invoke(name, payload));
    }
  }

  /** In one page: AWS's pages have up to fifty functions. */
  function list(response: ServerResponse): void {
    const Functions = host.functions.map(({ name, description = "", timeoutMs, memoryMb }) => ({
      FunctionName: name,
      Description: description,
      Timeout: timeoutMs / 1000,
      MemorySize: memoryMb,
    }));
    response
      .writeHead(200, { "Content-Type": "application/json" })
      .end(JSON.stringify({ Functions }));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.errored) response.destroy();
      else sendError(response, error);
    });
  });
  return listen(server, options.port);
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?")[0] ?? "";
}

function functionName(request: IncomingMessage): string {
  const { method, url } = request;
  const [, encoded] = INVOCATIONS.exec(pathOf(request)) ?? [];
  const [, name] = FUNCTION.exec(decodeURIComponent(encoded ?? "")) ?? [];
  if (method === "POST" && name) return name;
  throw new AwsError("ResourceNotFoundException", `${method} ${url} is not implemented`, {
    status: 404,
  });
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
  const isThrottled = type === "TooManyRequestsException";
  response
    .writeHead(status, {
      "Content-Type": "application/json",
      "x-amzn-RequestId": randomUUID(),
      "x-amzn-ErrorType": type,
    })
    .end(
      JSON.stringify({
        Type: status >= 500 ? "Service" : "User",
        ...(isThrottled && { Reason: "ReservedFunctionInvocationLimitExceeded" }),
        // Lambda's errors differ in the case of this member; SDKs read both.
        message,
        Message: message,
      }),
    );
}
