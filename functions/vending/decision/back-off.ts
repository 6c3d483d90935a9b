import { msBetween, plusMs } from "../../model/clock.ts";

const firstPauseMs = 1000;
const maxPauseMs = 60_000;
const maxRetryAfterMs = 900_000;

/**
 * The instant before which no process calls the provider again. The provider's own Retry-After counts, from one second
 * to 15 minutes. Without one the pause grows from one second to one minute, doubled at each consecutive failure, with
 * jitter over its upper half.
 */
export function backOffUntil(
  now: Date,
  count: number,
  retryAfterMs: number | null,
  random: number,
): Date {
  if (retryAfterMs !== null && retryAfterMs >= firstPauseMs) {
    return plusMs(now, Math.min(retryAfterMs, maxRetryAfterMs));
  }
  const ms = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(count - 1, 16));
  return plusMs(now, ms * (0.5 + random / 2));
}

const breakerWindowMs = 600_000;
const allowedRejections = 3;
const firstBreakMs = 30_000;

/**
 * Circuit breaker for rejection storms: until when it is open, or null when it is closed. Three rejections within ten
 * minutes may each cause an issue. After that somebody else is probably issuing for the same platform, and each further
 * rejection waits, twice as long each time.
 */
export function breakerOpenUntil(rejectionsAt: readonly Date[], now: Date): Date | null {
  const recent = recentRejectedRenewals(rejectionsAt, now);
  const latest = recent.at(-1);
  if (!latest || recent.length < allowedRejections) return null;
  const breakMs = Math.min(
    breakerWindowMs,
    firstBreakMs * 2 ** (recent.length - allowedRejections),
  );
  const until = plusMs(latest, breakMs);
  return now < until ? until : null;
}

/** The renewals that a rejection caused and that the breaker still counts, oldest first. */
export function recentRejectedRenewals(rejectionsAt: readonly Date[], now: Date): Date[] {
  return rejectionsAt.filter((at) => msBetween(at, now) < breakerWindowMs).slice(-8);
}
