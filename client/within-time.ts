import { raceAbort } from "./race-abort.ts";
import { TokenClientError } from "./token-client-error.ts";

/**
 * Does work for this long at most; then fails with the problem `timeout`, whatever the work does with its signal. Fails
 * with the reason of the caller's signal if that is aborted first, and does not begin if it is aborted already.
 */
export async function withinTime<T>(
  connection: string,
  timeoutMs: number,
  signal: AbortSignal | null | undefined,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(Math.trunc(timeoutMs));
  const ended = AbortSignal.any([signal ?? timeout, timeout]);
  return raceAbort(work(ended), ended).catch((error: unknown) => {
    if (error !== timeout.reason) throw error;
    throw new TokenClientError(connection, "timeout", "No answer in time.", { retryable: true });
  });
}
