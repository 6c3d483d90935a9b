import type { Problem } from "../functions/http/contract.ts";
import { TokenClientError } from "./token-client-error.ts";
import type { Transport, TransportRequest } from "./transport.ts";
import { Unprinted } from "./unprinted.ts";
import { withinTime } from "./within-time.ts";

export interface Endpoint {
  readonly connection: string;
  readonly transport: Transport;
  readonly timeoutMs: number;
}

/** A request to token vending, without the connection. */
export type AnswerRequest = Omit<TransportRequest, "connection">;

/**
 * Sends one request. Fails with a `TokenClientError`, also where the answer is a problem, or with the signal's reason. The
 * rest of the answer is not checked.
 */
export async function requestAnswer(
  { connection, transport, timeoutMs }: Endpoint,
  request: AnswerRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const answer = await withinTime(connection, timeoutMs, signal, (ended) =>
    transport({ connection, ...request }, ended).catch((error: unknown) => {
      throw transportFailure(connection, error);
    }),
  );
  const { problem }: { problem?: Problem } = Object(answer);
  if (!problem?.code) return answer;
  // Whoever has the link may be the one who consents: an error that is printed does not tell it.
  if (problem.consent) Object.setPrototypeOf(problem.consent, Unprinted.prototype);
  throw new TokenClientError(connection, problem.code, problem.detail, { ...problem, problem });
}

/** Keeps the error's name, and the status of an SDK error, but no message: a message may quote the answer. */
function transportFailure(connection: string, error: unknown): TokenClientError {
  if (error instanceof SyntaxError) return malformedAnswer(connection, error.name);
  const { name, code, cause, $metadata } = Object(error);
  // The first that looks like an error's name rather than a message.
  const names: string[] = [cause?.code, code, name];
  const detail = names.find((text) => /^[A-Z][\w.]{1,63}$/.test(text)) ?? "Error";
  const status = $metadata?.httpStatusCode ?? 500;
  const retryable = status >= 500 || status === 429;
  return new TokenClientError(connection, "unreachable", detail, { retryable });
}

export function malformedAnswer(connection: string, detail: string): TokenClientError {
  return new TokenClientError(connection, "malformed-answer", detail);
}
