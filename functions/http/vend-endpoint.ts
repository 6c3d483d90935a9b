import middy from "@middy/core";
import type { APIGatewayProxyResult, Context } from "aws-lambda";
import type { Clock } from "../model/clock.ts";
import { plusMs } from "../model/clock.ts";
import type { Realm } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import { VendingError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { Answer, Problem } from "./contract.ts";
import { problemOf } from "./problem.ts";
import { isProxyEvent, readRequest } from "./read-request.ts";

/** Kept for writing the answer: the use case stops this long before Lambda would kill it. */
const answerReserveMs = 300;
/** The last moment to say anything at all. */
const lastWordsMs = 100;
/** Where nobody says how much time there is: outside Lambda. */
const assumedTimeMs = 10_000;

interface Endpoint {
  readonly realm: Realm;
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
  readonly log: Log;
  vend(request: VendRequest, call: { deadlineAt: Date; signal: AbortSignal }): Promise<Credential>;
}

/** One handler for direct invocations and for API Gateway's REST proxy events: a problem is an answer, not a crash. */
export function vendEndpoint({ realm, extraHeaders, clock, log, vend }: Endpoint) {
  const connections = new WeakMap<object, string>();

  async function answer(
    event: unknown,
    context: Context,
    { signal }: { signal: AbortSignal },
  ): Promise<Answer> {
    const request = readRequest(event, realm);
    connections.set(context, connectionOf(realm, request.account));
    const remainingMs = context.getRemainingTimeInMillis?.() ?? assumedTimeMs;
    const deadlineAt = plusMs(clock.now(), remainingMs - answerReserveMs);
    const credential = await vend(request, { deadlineAt, signal });
    return answerOf(credential, extraHeaders);
  }

  return middy({ timeoutEarlyInMillis: lastWordsMs, timeoutEarlyResponse: outOfTime })
    .use({
      after: (request) => {
        if (isProxyEvent(request.event)) request.response = httpAnswer(request.response as Answer);
      },
      onError: (request) => {
        const connection = connections.get(request.context) ?? null;
        const problem = problemOf(request.error, connection);
        if (problem.code === "internal")
          log.error("defect", { connection, ...traceOf(request.error) });
        request.response = isProxyEvent(request.event) ? httpProblem(problem) : { problem };
      },
    })
    .handler(answer);
}

function answerOf(
  credential: Credential,
  extraHeaders: Readonly<Record<string, string>> | undefined,
): Answer {
  const { connection, version, fingerprint, issuedAt, usableUntil, expiresAt } = credential;
  const { headerName, scheme } = credential.presentation;
  const token = credential.token.expose();
  return {
    connection,
    version,
    header: { name: headerName, value: scheme ? `${scheme} ${token}` : token },
    ...(extraHeaders ? { extraHeaders } : {}),
    token,
    fingerprint,
    issuedAt: issuedAt.toISOString(),
    usableUntil: usableUntil?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

function httpAnswer(answer: Answer): APIGatewayProxyResult {
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

function outOfTime(): never {
  throw new VendingError("renewal-in-progress", "The invocation's time is up.", 1);
}

/** Where a defect happened; its message stays behind, since it may quote what it choked on. */
function traceOf(error: unknown): { name: string; trace: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, trace: [] };
  const { name, message, stack = "" } = error;
  const end = stack.indexOf(message) + message.length;
  const frames = stack.includes(message) ? stack.slice(end).split("\n") : [];
  const detail = error instanceof VendingError ? [message] : [];
  return { name, trace: [...detail, ...frames.map((line) => line.trim()).filter(Boolean)] };
}
