import { plusMs } from "../../model/clock.ts";

const firstMs = 1000;
const longestMs = 60_000;
const longestRetryAfterMs = 900_000;

/**
 * The instant before which nobody asks the provider again. Its own Retry-After counts, from a second to a quarter of an
 * hour; otherwise from one second to a minute, doubled at each consecutive failure and spread over its upper half.
 */
export function backOffUntil(
  now: Date,
  count: number,
  retryAfterMs: number | null,
  random: number,
): Date {
  if (retryAfterMs !== null && retryAfterMs >= firstMs) {
    return plusMs(now, Math.min(retryAfterMs, longestRetryAfterMs));
  }
  const ms = Math.min(longestMs, firstMs * 2 ** Math.min(count - 1, 16));
  return plusMs(now, ms * (0.5 + random / 2));
}
