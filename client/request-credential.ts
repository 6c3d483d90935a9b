import type { Problem } from "../functions/http/contract.ts";
import type { VendedCredential } from "./credential.ts";
import { parseCredential } from "./credential.ts";
import { raceAbort } from "./race-abort.ts";
import { TokenClientError } from "./token-client-error.ts";
import type { Transport, TransportRequest } from "./transport.ts";

export interface Endpoint {
  readonly connection: string;
  readonly transport: Transport;
  readonly timeoutMs: number;
}

/** What is asked for, apart from the connection. */
export type CredentialRequest = Omit<TransportRequest, "connection">;

/** One request, and the credential in its answer. Fails with a `TokenClientError` and nothing else. */
export async function requestCredential(
  { connection, transport, timeoutMs }: Endpoint,
  wish: CredentialRequest,
  signal: AbortSignal,
): Promise<VendedCredential> {
  const limit = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, limit]);
  const answered = raceAbort(transport({ connection, ...wish }, ended), ended);
  const json = await answered.catch((error: unknown) => {
    throw limit.aborted ? timeoutError(connection) : transportFailure(connection, error);
  });

  const { problem }: { problem?: Problem } = Object(json);
  if (problem?.code) {
    throw new TokenClientError(connection, problem.code, problem.detail, { ...problem, problem });
  }
  const credential = parseCredential(json);
  if (credential?.connection === connection) return credential;
  throw new TokenClientError(
    connection,
    "malformed-answer",
    "It is no credential for this connection.",
  );
}

export function timeoutError(connection: string): TokenClientError {
  return new TokenClientError(connection, "timeout", "No answer in time.", { retryable: true });
}

/** Keeps an error's name, and its status where it is the SDK's: messages may quote what was being read. */
function transportFailure(connection: string, error: unknown): TokenClientError {
  const { name, code, cause, $metadata } = Object(error);
  const detail = firstErrorName(cause?.code, code, name);
  const isJson = !(error instanceof SyntaxError);
  const status = $metadata?.httpStatusCode ?? 500;
  const retryable = isJson && (status >= 500 || status === 429);
  const why = isJson ? "unreachable" : "malformed-answer";
  return new TokenClientError(connection, why, detail, { retryable });
}

/** The first that is a name and not a message: a name quotes nothing. */
function firstErrorName(...words: readonly unknown[]): string {
  return `${words.find((word) => /^[A-Z][\w.]{1,63}$/.test(`${word}`)) ?? "Error"}`;
}
