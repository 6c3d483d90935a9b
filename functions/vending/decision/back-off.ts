import { msBetween, plusMs } from "../../model/clock.ts";
import { maxRetryPauseMs } from "../../model/time-limits.ts";
import type { RejectionLevel } from "../../model/token-record.ts";

const firstPauseMs = 1000;
const maxPauseMs = 60_000;

/**
 * The instant before which no process calls the provider again: the provider's Retry-After if it is at least one second,
 * up to 15 minutes. Otherwise the pause doubles with each consecutive failure, from one second to one minute, with
 * jitter over its upper half.
 */
export function backOffUntil(
  now: Date,
  count: number,
  retryAfterMs: number | null,
  random: number,
): Date {
  if (retryAfterMs !== null && retryAfterMs >= firstPauseMs) {
    return plusMs(now, Math.min(retryAfterMs, maxRetryPauseMs));
  }
  const ms = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(count - 1, 16));
  return plusMs(now, ms * (0.5 + random / 2));
}

/** How many renewals rejections may cause in a row. The level falls by one in `msPerRejection`, which allows one more. */
const allowedRejections = 3;
const msPerRejection = 300_000;

/**
 * Circuit breaker for rejection storms: until when it is open, or null when it is closed. It counts committed renewals
 * that a rejection caused. After three of them another issuer probably revokes our tokens; then it allows one every five
 * minutes.
 */
export function breakerOpenUntil(rejections: RejectionLevel | null, now: Date): Date | null {
  if (!rejections) return null;
  const openMs = Math.ceil((boundedLevel(rejections) - (allowedRejections - 1)) * msPerRejection);
  const until = plusMs(rejections.at < now ? rejections.at : now, openMs);
  return now < until ? until : null;
}

/** The level after one more renewal that a rejection caused. */
export function afterRejection(rejections: RejectionLevel | null, now: Date): RejectionLevel {
  return { level: levelAt(rejections, now) + 1, at: now };
}

function levelAt(rejections: RejectionLevel | null, now: Date): number {
  if (!rejections) return 0;
  const elapsedMs = Math.max(0, msBetween(rejections.at, now));
  return Math.max(0, boundedLevel(rejections) - elapsedMs / msPerRejection);
}

/** No renewal raises the level above this, so a higher one is damaged. */
function boundedLevel({ level }: RejectionLevel): number {
  return Math.min(level, allowedRejections);
}
