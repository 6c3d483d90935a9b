import middy from "@middy/core";
import type { APIGatewayProxyResult, Context } from "aws-lambda";
import { VendingError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { Problem } from "./contract.ts";
import { problemOf } from "./problem.ts";
import { isProxyEvent } from "./read-fields.ts";

/** The last moment to say anything at all. */
export const lastWordsMs = 100;

/** One request, as it reaches whoever answers it. */
interface Asked {
  readonly event: unknown;
  readonly context: Context;
  /** Aborts when there is no time left for an answer. */
  readonly signal: AbortSignal;
  /** From now on, problems of this request name the connection. */
  concerns(connection: string): void;
}

/** One handler for direct invocations and for API Gateway's REST proxy events: a problem is an answer, not a crash. */
export function jsonEndpoint<Answer>(log: Log, answer: (asked: Asked) => Promise<Answer>) {
  const connections = new WeakMap<object, string>();

  return middy({ timeoutEarlyInMillis: lastWordsMs, timeoutEarlyResponse: outOfTime })
    .use({
      after: (request) => {
        if (isProxyEvent(request.event)) request.response = httpAnswer(request.response);
      },
      onError: (request) => {
        const connection = connections.get(request.context) ?? null;
        const problem = problemOf(request.error, connection);
        if (problem.code === "internal")
          log.error("defect", { connection, ...traceOf(request.error) });
        request.response = isProxyEvent(request.event) ? httpProblem(problem) : { problem };
      },
    })
    .handler((event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const concerns = (connection: string) => void connections.set(context, connection);
      return answer({ event, context, signal, concerns });
    });
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

export function outOfTime(): never {
  throw new VendingError("renewal-in-progress", "The invocation's time is up.", 1);
}

/** Where a defect happened; its message stays behind, since it may quote what it choked on. */
export function traceOf(error: unknown): { name: string; trace: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, trace: [] };
  const { name, message, stack = "" } = error;
  const end = stack.indexOf(message) + message.length;
  const frames = stack.includes(message) ? stack.slice(end).split("\n") : [];
  const detail = error instanceof VendingError ? [message] : [];
  return { name, trace: [...detail, ...frames.map((line) => line.trim()).filter(Boolean)] };
}
