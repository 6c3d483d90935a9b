import type { CallOptions } from "./call-options.ts";
import { maxDateMs } from "./credential.ts";
import { raceAbort } from "./race-abort.ts";
import { timeoutError } from "./request-credential.ts";
import { TokenClientError } from "./token-client-error.ts";

export interface RetryPolicy {
  readonly connection: string;
  readonly retries: number;
  readonly now: () => number;
  /** How long one second of waiting lasts: a little more than 1000 ms, so that processes do not retry in step. */
  readonly jitteredSecondMs: number;
}

/** Left to the caller for handling the error, when no token could be had. */
const deadlineReserveMs = 500;
/** Before the first retry where token vending names no time; doubled before each further one. */
const firstDelaySeconds = 0.25;

/**
 * Retries until the attempt succeeds, fails with an error that is not retryable, or no retry fits before the deadline.
 */
export async function retryUntilDeadline<T>(
  { connection, retries, now, jitteredSecondMs }: RetryPolicy,
  { signal, context }: CallOptions,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const remainingMs = Math.max((context?.getRemainingTimeInMillis() ?? 0) - deadlineReserveMs, 0);
  const deadlineAt = now() + remainingMs;
  const deadline = context && AbortSignal.timeout(Math.trunc(remainingMs));
  const callSignal = AbortSignal.any([signal, deadline].filter((each) => !!each));

  const tryFrom = (attemptNumber: number): Promise<T> =>
    attempt(callSignal).catch(async (error: unknown) => {
      const delayMs = retryDelaySeconds(error, attemptNumber) * jitteredSecondMs;
      if (attemptNumber > retries || now() + delayMs >= deadlineAt) throw error;
      await raceAbort(new Promise((resolve) => setTimeout(resolve, delayMs)), callSignal);
      return tryFrom(attemptNumber + 1);
    });
  return tryFrom(1).catch((error: unknown) => {
    throw error === deadline?.reason ? timeoutError(connection) : error;
  });
}

/** In seconds; longer than any deadline where waiting does not help. */
function retryDelaySeconds(error: unknown, attemptNumber: number): number {
  if (!(error instanceof TokenClientError && error.retryable)) return maxDateMs;
  return error.retryAfterSeconds ?? firstDelaySeconds * 2 ** (attemptNumber - 1);
}
