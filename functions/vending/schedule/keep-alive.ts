import { msBetween, plusMs } from "../../model/clock.ts";
import type { HeldConsent, HeldToken } from "../../model/token-record.ts";

const dayMs = 86_400_000;
/** Where the provider does not say when a refresh token ends. */
const keepAliveMs = 7 * dayMs;

/**
 * When the schedule is to renew next. While callers ask, at `renewAt`. A consent that nobody uses is refreshed all the
 * same, each time half of what is left of it has passed: providers that replace refresh tokens prolong it so, and one
 * that is about to end is noticed. Everything else lapses.
 */
export function dueAfter(
  renewAt: Date,
  keptUntil: Date | null,
  consent: HeldConsent | null,
  now: Date,
): HeldToken["due"] {
  const refresh = consent?.refresh;
  const until = refresh ? (refresh.endsAt ?? plusMs(now, 2 * keepAliveMs)) : keptUntil;
  if (!until) return null;
  if (keptUntil && renewAt <= keptUntil) {
    return { at: renewAt, until: until > keptUntil ? until : keptUntil };
  }
  if (!refresh) return null;
  const pauseMs = Math.max(dayMs, msBetween(now, until) / 2);
  const at = plusMs(now, pauseMs);
  return at < until ? { at, until } : null;
}
