import { msBetween, plusMs } from "../../model/clock.ts";
import type { Deadline } from "../../model/deadline.ts";
import type { RenewalPolicy } from "../../model/provider.ts";
import { isStaticKey } from "../../model/provider.ts";
import type { StoredConsent, StoredToken } from "../../model/token-record.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How long the schedule keeps a connection alive after a caller caused an issue. */
const keepAliveMs = hourMs;
/** More than one tick, so that the next renewal is always included. */
const renewalGraceMs = 120_000;
/** Assumed life of a refresh token whose end the provider does not say. */
const assumedRefreshLifeMs = 14 * dayMs;

/**
 * Until when the schedule renews a connection. Store hits write nothing, so the only sign of use is that a caller caused
 * an issue: it keeps the connection alive for an hour, and for its next renewal at least. Renewals by the schedule do
 * not prolong this, so an unused connection lapses. Null for static keys.
 */
export function keepAliveUntil(
  policy: RenewalPolicy,
  before: StoredToken | null,
  { onBehalfOf }: Deadline,
  now: Date,
  renewAt: Date,
): Date | null {
  if (isStaticKey(policy)) return null;
  if (onBehalfOf === "schedule") return before?.keepAliveUntil ?? null;
  const ends = [plusMs(now, keepAliveMs), plusMs(renewAt, renewalGraceMs)];
  return new Date(Math.max(...ends.map(Number)));
}

/**
 * When the schedule renews next, and until when it tries: at `renewAt` while callers use the connection. An unused
 * consent is refreshed each time half of its remaining life has passed: that prolongs it where refresh tokens rotate, and
 * shows in time that it is about to end. Null when the connection may lapse.
 */
export function nextScheduledRenewal(
  renewAt: Date,
  keptUntil: Date | null,
  consent: StoredConsent | null,
  now: Date,
): StoredToken["due"] {
  const refresh = consent?.refresh;
  const until = refresh ? (refresh.endsAt ?? plusMs(now, assumedRefreshLifeMs)) : keptUntil;
  if (!until) return null;
  if (keptUntil && renewAt <= keptUntil) {
    return { at: renewAt, until: until > keptUntil ? until : keptUntil };
  }
  if (!refresh) return null;
  const at = plusMs(now, Math.max(dayMs, msBetween(now, until) / 2));
  return at < until ? { at, until } : null;
}
