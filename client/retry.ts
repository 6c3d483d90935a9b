import type { CallOptions } from "./call-options.ts";
import { raceAbort } from "./race-abort.ts";
import { timeoutError } from "./request-credential.ts";

export interface RetryPolicy {
  readonly connection: string;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** How long one second of waiting lasts in this process: a little longer, so that processes do not retry in step. */
const jitteredSecondMs = 1000 + Math.random() * 100;

/** Left to the caller for handling the error, when no token could be had. */
const deadlineReserveMs = 500;
/** Before the first retry where token vending names no time; doubled before each further one. */
const firstDelaySeconds = 0.25;
/**
 * Retries until the attempt succeeds, fails with an error that is not retryable, or no retry fits before the deadline.
 * What only has to be waited for is no failure: it is asked for again as often as there is time.
 */
export async function retryUntilDeadline<T>(
  { connection, retries, timeoutMs, now }: RetryPolicy,
  { signal, context }: CallOptions,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const allowed = context ? retries : 0;
  const remainingMs = context
    ? Math.max(context.getRemainingTimeInMillis() - deadlineReserveMs, 0)
    : timeoutMs;
  const deadlineAt = now() + remainingMs;
  const deadline = AbortSignal.timeout(Math.trunc(remainingMs));
  const callSignal = AbortSignal.any([signal ?? deadline, deadline]);

  const tryFrom = (failures: number): Promise<T> =>
    attempt(callSignal).catch(async (error: unknown) => {
      const [seconds, counts] = delayAfter(error, failures);
      const delayMs = seconds * jitteredSecondMs;
      if (failures + counts > allowed || now() + delayMs >= deadlineAt) throw error;
      await raceAbort(new Promise((resolve) => setTimeout(resolve, delayMs)), callSignal);
      return tryFrom(failures + counts);
    });
  return tryFrom(0).catch((error: unknown) => {
    throw error === deadline.reason ? timeoutError(connection) : error;
  });
}

/**
 * In seconds, without end where waiting does not help; and whether it counts as a retry. `renewal-in-progress` and
 * `validity-unavailable` with a time to wait do not: token vending answers them instead of holding its function until then.
 */
function delayAfter(error: unknown, failures: number): readonly [seconds: number, counts: 0 | 1] {
  const { code, retryable, retryAfterSeconds } = Object(error);
  if (retryAfterSeconds) return [retryAfterSeconds, /^(renew|valid)/.test(code) ? 0 : 1];
  return [retryable ? firstDelaySeconds * 2 ** failures : Infinity, 1];
}
