import type { Problem } from "../functions/http/contract.ts";
import type { Credential } from "./credential.ts";
import { credentialIn } from "./credential.ts";
import { orAbort } from "./or-abort.ts";
import { TokenClientError } from "./token-client-error.ts";
import type { Transport, TransportRequest } from "./transport.ts";

export interface Line {
  readonly connection: string;
  readonly transport: Transport;
  readonly timeoutMs: number;
}

/** What is asked for, apart from the connection. */
export type Wish = Omit<TransportRequest, "connection">;

/** One request, and the credential in its answer. Fails with a `TokenClientError` and nothing else. */
export async function ask(
  { connection, transport, timeoutMs }: Line,
  wish: Wish,
  signal: AbortSignal,
): Promise<Credential> {
  const limit = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, limit]);
  const answered = orAbort(transport({ connection, ...wish }, ended), ended);
  const json = await answered.catch((error: unknown) => {
    throw limit.aborted ? noAnswerInTime(connection) : noAnswer(connection, error);
  });

  const { problem }: { problem?: Problem } = Object(json);
  if (problem?.code) {
    throw new TokenClientError(connection, problem.code, problem.detail, { ...problem, problem });
  }
  const credential = credentialIn(json);
  if (credential?.connection === connection) return credential;
  throw new TokenClientError(
    connection,
    "malformed-answer",
    "It is no credential for this connection.",
  );
}

export function noAnswerInTime(connection: string): TokenClientError {
  return new TokenClientError(connection, "timeout", "No answer in time.", { retryable: true });
}

/** Keeps an error's name, and its status where it is the SDK's: messages may quote what was being read. */
function noAnswer(connection: string, error: unknown): TokenClientError {
  const { name, code, cause, $metadata } = Object(error);
  const detail = nameIn(cause?.code, code, name);
  const isJson = !(error instanceof SyntaxError);
  const status = $metadata?.httpStatusCode ?? 500;
  const retryable = isJson && (status >= 500 || status === 429);
  const why = isJson ? "unreachable" : "malformed-answer";
  return new TokenClientError(connection, why, detail, { retryable });
}

/** The first that is a name and not a message: a name quotes nothing. */
function nameIn(...words: readonly unknown[]): string {
  return `${words.find((word) => /^[A-Z][\w.]{1,63}$/.test(`${word}`)) ?? "Error"}`;
}
