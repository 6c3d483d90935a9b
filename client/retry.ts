import type { CallOptions } from "./call-options.ts";
import { raceAbort } from "./race-abort.ts";
import { withinTime } from "./within-time.ts";

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
export function retryUntilDeadline<T>(
  { connection, retries, timeoutMs, now }: RetryPolicy,
  { signal, context }: CallOptions,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const allowed = context ? retries : 0;
  const remainingMs = context
    ? Math.max(context.getRemainingTimeInMillis() - deadlineReserveMs, 0)
    : timeoutMs;
  const deadlineAt = now() + remainingMs;

  return withinTime(connection, remainingMs, signal, async (ended) => {
    for (let failures = 0; ; ) {
      try {
        return await attempt(ended);
      } catch (error) {
        const [seconds, counts] = delayAfter(error, failures);
        const delayMs = seconds * jitteredSecondMs;
        failures += counts;
        if (failures > allowed || now() + delayMs >= deadlineAt) throw error;
        await raceAbort(new Promise((resolve) => setTimeout(resolve, delayMs)), ended);
      }
    }
  });
}

/**
 * After an error: the pause, without end where waiting does not help; and whether the attempt counts as a retry.
 * `renewal-in-progress` and `validity-unavailable` with a time to wait do not: token vending answers them instead of holding
 * its function until then.
 */
function delayAfter(error: unknown, failures: number): readonly [seconds: number, counts: 0 | 1] {
  const { code, retryable, retryAfterSeconds } = Object(error);
  if (retryAfterSeconds) return [retryAfterSeconds, /^(renew|valid)/.test(code) ? 0 : 1];
  return [retryable ? firstDelaySeconds * 2 ** failures : Infinity, 1];
}
