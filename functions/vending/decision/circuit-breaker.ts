import { msBetween, plusMs } from "../../model/clock.ts";

const windowMs = 600_000;
const budget = 3;
const firstPauseMs = 30_000;

/**
 * The breaker against a revoke war. Three rejections inside ten minutes may each cause an issue; from then on someone
 * else is issuing for the same platform, and every further one waits, twice as long each time. Null when it may go on.
 */
export function contestedUntil(rejectionsAt: readonly Date[], now: Date): Date | null {
  const recent = recentRejections(rejectionsAt, now);
  const latest = recent.at(-1);
  if (!latest || recent.length < budget) return null;
  const until = plusMs(latest, Math.min(windowMs, firstPauseMs * 2 ** (recent.length - budget)));
  return now < until ? until : null;
}

/** The rejections that still count, oldest first: what the record keeps. */
export function recentRejections(rejectionsAt: readonly Date[], now: Date): Date[] {
  return rejectionsAt.filter((at) => msBetween(at, now) < windowMs).slice(-8);
}
