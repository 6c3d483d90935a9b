import { maxClockSkewMs, plusMs } from "../../model/clock.ts";
import type { Issued, Lifetime, RenewalPolicy } from "../../model/provider.ts";

/** How long a token of unknown lifetime is vended before another is asked for. */
const unknownLifetimeMs = 60_000;

export interface TokenTimes {
  readonly usableUntil: Date | null;
  readonly renewAt: Date;
}

/**
 * Until when a new token may be used and from when the next may be asked for. Use is counted from when the request was
 * sent, "not before" from when the answer was received; every lead is at most a fraction of the lifetime, so that a
 * token of ten seconds works like one of an hour.
 */
export function tokenTimes(
  issued: Issued,
  policy: RenewalPolicy,
  marginMs: number,
  random: number,
): TokenTimes {
  const { lifetime, requestedAt, receivedAt } = issued;
  const { atLeastMs, atMostMs } = boundsOf(lifetime);
  const end = plusMs(requestedAt, atLeastMs - Math.min(marginMs, atLeastMs / 10));
  switch (policy.renewal) {
    case "at-expiry":
      return { usableUntil: end, renewAt: plusMs(receivedAt, atMostMs + maxClockSkewMs) };
    case "at-handover": {
      const lead = Math.min(policy.beforeExpiryMs, atLeastMs / 5);
      const usableUntil = plusMs(end, -lead);
      const handover = plusMs(requestedAt, atMostMs - lead);
      return { usableUntil, renewAt: later(handover, plusMs(usableUntil, maxClockSkewMs)) };
    }
    case "early":
    case "by-consent": {
      const lead = Math.min(policy.beforeExpiryMs, atLeastMs / 5) * (0.75 + random / 4);
      return { usableUntil: end, renewAt: plusMs(requestedAt, atLeastMs - lead) };
    }
    case "on-rotation": {
      const until = lifetime.kind === "unlimited" ? lifetime.until : null;
      const usableUntil = until && plusMs(until, -marginMs);
      return { usableUntil, renewAt: plusMs(receivedAt, policy.recheckMs) };
    }
  }
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function boundsOf(lifetime: Lifetime): { atLeastMs: number; atMostMs: number } {
  if (lifetime.kind === "stated") return lifetime;
  return { atLeastMs: unknownLifetimeMs, atMostMs: unknownLifetimeMs };
}
