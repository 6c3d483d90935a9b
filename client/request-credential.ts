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

/** A request to token vending, without the connection. */
export type CredentialRequest = Omit<TransportRequest, "connection">;

/** Sends one request and parses the credential in its answer. Throws nothing but `TokenClientError`. */
export async function requestCredential(
  { connection, transport, timeoutMs }: Endpoint,
  request: CredentialRequest,
  signal: AbortSignal,
): Promise<VendedCredential> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, timeout]);
  const answer = raceAbort(transport({ connection, ...request }, ended), ended);
  const json = await answer.catch((error: unknown) => {
    throw timeout.aborted ? timeoutError(connection) : transportFailure(connection, error);
  });

  const { problem }: { problem?: Problem } = Object(json);
  if (problem?.code) {
    throw new TokenClientError(connection, problem.code, problem.detail, { ...problem, problem });
  }
  const credential = parseCredential(json);
  if (credential?.connection === connection) return credential;
  throw new TokenClientError(connection, "malformed-answer", "Another connection's.");
}

export function timeoutError(connection: string): TokenClientError {
  return new TokenClientError(connection, "timeout", "No answer in time.", { retryable: true });
}

/** Keeps the error's name, and the status of an SDK error, but no message: a message may quote the answer. */
function transportFailure(connection: string, error: unknown): TokenClientError {
  const { name, code, cause, $metadata } = Object(error);
  const detail = firstErrorName(cause?.code, code, name);
  const isJson = !(error instanceof SyntaxError);
  const status = $metadata?.httpStatusCode ?? 500;
  const retryable = isJson && (status >= 500 || status === 429);
  const errorCode = isJson ? "unreachable" : "malformed-answer";
  return new TokenClientError(connection, errorCode, detail, { retryable });
}

/** The first value that looks like an error's name rather than a message. */
function firstErrorName(...values: readonly unknown[]): string {
  return `${values.find((value) => /^[A-Z][\w.]{1,63}$/.test(`${value}`)) ?? "Error"}`;
}
