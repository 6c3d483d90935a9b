import { noAnswerInTime } from "./ask.ts";
import type { CallOptions } from "./call-options.ts";
import { forever } from "./credential.ts";
import { orAbort } from "./or-abort.ts";
import { TokenClientError } from "./token-client-error.ts";

export interface Patience {
  readonly connection: string;
  readonly retries: number;
  readonly now: () => number;
  /** How long a second of waiting is here: a little more, lest all processes come back at once. */
  readonly secondMs: number;
}

/** Left to the caller, to say that it had no token. */
const reserveMs = 500;
/** Before the first retry where token vending names no time; doubled before each further one. */
const firstPauseSeconds = 0.25;

/** Tries until it succeeds, fails for good, or another try would come after the deadline. */
export async function tryUntilDeadline<T>(
  { connection, retries, now, secondMs }: Patience,
  { signal, context }: CallOptions,
  attempt: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const remainingMs = Math.max((context?.getRemainingTimeInMillis() ?? 0) - reserveMs, 0);
  const deadlineAt = now() + remainingMs;
  const deadline = context && AbortSignal.timeout(Math.trunc(remainingMs));
  const ended = AbortSignal.any([signal, deadline].filter((each) => !!each));

  const tryFrom = (tried: number): Promise<T> =>
    attempt(ended).catch(async (error: unknown) => {
      const pauseMs = pauseAfter(error, tried) * secondMs;
      if (tried > retries || now() + pauseMs >= deadlineAt) throw error;
      await orAbort(new Promise((resolve) => setTimeout(resolve, pauseMs)), ended);
      return tryFrom(tried + 1);
    });
  return tryFrom(1).catch((error: unknown) => {
    throw error === deadline?.reason ? noAnswerInTime(connection) : error;
  });
}

/** In seconds; for ever where waiting does not help. */
function pauseAfter(error: unknown, tried: number): number {
  if (!(error instanceof TokenClientError && error.retryable)) return forever;
  return error.retryAfterSeconds ?? firstPauseSeconds * 2 ** (tried - 1);
}
