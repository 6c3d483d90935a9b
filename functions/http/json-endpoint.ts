import middy from "@middy/core";
import type { APIGatewayProxyResult, Context } from "aws-lambda";
import type { Clock } from "../model/clock.ts";
import { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import { onFirstUse } from "../platform/on-first-use.ts";
import type { Problem } from "./contract.ts";
import { isProxyEvent } from "./read-fields.ts";
import type { ProblemReporting } from "./report-refusal.ts";

/** An invocation is answered this long before Lambda would end it, even if work is still running. */
export const earlyTimeoutMs = 100;
/** Use cases must finish this long before Lambda would end the invocation, so that the answer can be written. */
const answerReserveMs = 300;
/** For callers outside Lambda, whose context does not tell the remaining time. */
const assumedTimeMs = 10_000;

export interface EndpointRequest {
  readonly event: unknown;
  /** AWS's id of the invocation, by which CloudTrail's data events name it; null outside Lambda. */
  readonly requestId: string | null;
  /** By which name the function was invoked: its ARN, with the alias if one was named. Empty outside Lambda. */
  readonly invokedArn: string;
  /** How much time the use case has. Computed when called, because an answer from the cache needs none. */
  deadline(): Deadline;
  /** From then on, problems of this request name the connection. */
  setConnection(connection: string): void;
}

/**
 * A handler for direct invocations and for API Gateway's REST proxy events. It answers errors as problems and never throws.
 * An answer that is there at once needs neither a time limit nor a promise.
 */
export function jsonEndpoint<Answer>(
  { clock, log, metrics }: ProblemReporting,
  answer: (request: EndpointRequest) => Answer | Promise<Answer>,
) {
  const connections = new WeakMap<object, string>();
  // Loaded on first use: most processes refuse nobody.
  const reporter = onFirstUse(async () => {
    const { refusalReporter } = await import("./report-refusal.ts");
    return refusalReporter({ clock, log, metrics });
  });

  return middy({ timeoutEarlyInMillis: earlyTimeoutMs, timeoutEarlyResponse: outOfTime })
    .use({
      after: (request) => {
        if (isProxyEvent(request.event)) request.response = httpAnswer(request.response);
      },
      onError: async (request) => {
        const connection = connections.get(request.context) ?? null;
        const refuseWith = await reporter();
        const problem = refuseWith(request.error, connection);
        if (problem.code === "internal")
          log.error("defect", { connection, ...traceOf(request.error) });
        request.response = isProxyEvent(request.event) ? httpProblem(problem) : { problem };
      },
    })
    .handler((event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const setConnection = (connection: string) => void connections.set(context, connection);
      const deadline = () => callerDeadline(context, clock, signal);
      const { awsRequestId: requestId = null, invokedFunctionArn: invokedArn = "" } = context;
      return answer({ event, requestId, invokedArn, deadline, setConnection });
    });
}

/** How long a use case may take so that its answer can still be written. */
export function callerDeadline(
  context: Partial<Context>,
  clock: Clock,
  signal: AbortSignal,
): Deadline {
  const remainingMs = context.getRemainingTimeInMillis?.();
  const msLeft = clock.countdown((remainingMs ?? assumedTimeMs) - answerReserveMs);
  // Nobody else ends an invocation outside Lambda.
  const ended =
    remainingMs === undefined ? clock.timeout(assumedTimeMs - earlyTimeoutMs, signal) : signal;
  return { msLeft, signal: ended, onBehalfOf: "caller" };
}

function httpAnswer(answer: unknown): APIGatewayProxyResult {
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  return { statusCode: 200, headers, body: JSON.stringify(answer) };
}

function httpProblem(problem: Problem): APIGatewayProxyResult {
  const { status: statusCode, retryAfterSeconds } = problem;
  const headers = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
  };
  return { statusCode, headers, body: JSON.stringify(problem) };
}

/** Ends an invocation whose time is up. */
export function outOfTime(): never {
  throw new VendingError("renewal-in-progress", "The invocation's time is up.", 1);
}

/** Where a defect happened, without its message, which may quote a secret value. */
export function traceOf(error: unknown): { name: string; trace: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, trace: [] };
  const { name, message, stack = "" } = error;
  const end = stack.indexOf(message) + message.length;
  const frames = stack.includes(message) ? stack.slice(end).split("\n") : [];
  const detail = error instanceof VendingError ? [message] : [];
  return { name, trace: [...detail, ...frames.map((line) => line.trim()).filter(Boolean)] };
}
