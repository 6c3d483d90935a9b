import type { CallOptions } from "./call-options.ts";
import { maxDateMs } from "./credential.ts";
import { raceAbort } from "./race-abort.ts";
import { timeoutError } from "./request-credential.ts";
import { TokenClientError } from "./token-client-error.ts";

export interface RetryPolicy {
  readonly connection: string;
  readonly retries: number;
  readonly now: () => number;
  /** How long a second of waiting is here: a little more, lest all processes come back at once. */
  readonly jitteredSecondMs: number;
}

/** Left to the caller, to say that it had no token. */
const deadlineReserveMs = 500;
/** Before the first retry where token vending names no time; doubled before each further one. */
const firstDelaySeconds = 0.25;

/** Tries until it succeeds, fails for good, or another try would come after the deadline. */
export async function retryUntilDeadline<T>(
  { connection, retries, now, jitteredSecondMs }: RetryPolicy,
  { signal, context }: CallOptions,
  attempt: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const remainingMs = Math.max((context?.getRemainingTimeInMillis() ?? 0) - deadlineReserveMs, 0);
  const deadlineAt = now() + remainingMs;
  const deadline = context && AbortSignal.timeout(Math.trunc(remainingMs));
  const ended = AbortSignal.any([signal, deadline].filter((each) => !!each));

  const tryFrom = (tried: number): Promise<T> =>
    attempt(ended).catch(async (error: unknown) => {
      const pauseMs = retryDelaySeconds(error, tried) * jitteredSecondMs;
      if (tried > retries || now() + pauseMs >= deadlineAt) throw error;
      await raceAbort(new Promise((resolve) => setTimeout(resolve, pauseMs)), ended);
      return tryFrom(tried + 1);
    });
  return tryFrom(1).catch((error: unknown) => {
    throw error === deadline?.reason ? timeoutError(connection) : error;
  });
}

/** In seconds; for ever where waiting does not help. */
function retryDelaySeconds(error: unknown, tried: number): number {
  if (!(error instanceof TokenClientError && error.retryable)) return maxDateMs;
  return error.retryAfterSeconds ?? firstDelaySeconds * 2 ** (tried - 1);
}
