import { earlier, maxClockSkewMs, msBetween, plusMs } from "../../model/clock.ts";
import type { Issued, Lifetime, RenewalPolicy } from "../../model/provider.ts";
import { isStaticKey } from "../../model/provider.ts";
import { keepAliveAfter } from "../../model/record-bounds.ts";
import type { Deadline } from "../../model/time-limits.ts";
import type { StoredConsent, StoredToken } from "../../model/token-record.ts";

/** The assumed lifetime of a token whose lifetime is unknown. */
const unknownLifetimeMs = 60_000;

/** Until when a token may be used, and when its renewal may begin. */
export interface TokenTimes {
  readonly usableUntil: Date | null;
  readonly renewAt: Date;
}

/**
 * The times of a new token. Use is counted from when the request was sent, "not before" from when the answer was
 * received. Margin and lead are at most a fraction of the lifetime, so that a token of ten seconds works like one of an
 * hour.
 */
export function tokenTimes(
  issued: Issued,
  policy: RenewalPolicy,
  marginMs: number,
  random: number,
): TokenTimes {
  const { lifetime, requestedAt, receivedAt } = issued;
  const { atLeastMs, atMostMs } = boundsOf(lifetime);
  const margin = Math.min(marginMs, atLeastMs / 10);
  const end = plusMs(requestedAt, atLeastMs - margin);
  switch (policy.renewal) {
    case "at-expiry":
      return { usableUntil: end, renewAt: plusMs(receivedAt, atMostMs + maxClockSkewMs) };
    case "at-handover": {
      const lead = Math.min(policy.beforeExpiryMs, atLeastMs / 5);
      const handover = plusMs(requestedAt, atMostMs - lead);
      // The old token lives on for the lead: the margin before its expiry is not needed once more before the handover.
      return { usableUntil: earlier(end, plusMs(handover, -maxClockSkewMs)), renewAt: handover };
    }
    case "early":
    case "by-consent": {
      if (lifetime.kind === "unlimited") {
        return { usableUntil: null, renewAt: plusMs(requestedAt, keepFreshMs(issued)) };
      }
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

function boundsOf(lifetime: Lifetime): { atLeastMs: number; atMostMs: number } {
  if (lifetime.kind === "stated") return lifetime;
  const lastsMs = lifetime.kind === "assumed" ? lifetime.lastsMs : unknownLifetimeMs;
  return { atLeastMs: lastsMs, atMostMs: lastsMs };
}

const dayMs = 86_400_000;
/** The assumed life of a refresh token whose end is unknown. */
const assumedRefreshLifeMs = 14 * dayMs;

/** A token that lives until it is refused is replaced only so that its refresh token does not lapse unused: halfway. */
function keepFreshMs({ consent, requestedAt }: Issued): number {
  const endsAt = consent?.refreshEndsAt;
  const refreshLifeMs = endsAt ? msBetween(requestedAt, endsAt) : assumedRefreshLifeMs;
  return Math.min(refreshLifeMs, assumedRefreshLifeMs) / 2;
}

/**
 * Until when the schedule renews a connection. Vending a stored token writes nothing, so the only sign of use is a
 * renewal for a caller: it keeps the connection alive for an hour, and at least for its next renewal. Renewals by the
 * schedule do not extend this, so an unused connection lapses. Null for static keys.
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
  return keepAliveAfter(now, renewAt);
}

/**
 * When the schedule renews next, and until when it tries: at `renewAt` while callers use the connection. It refreshes an
 * unused consent whenever half of its remaining life has passed: this extends the consent where refresh tokens rotate,
 * and otherwise reports in time that it ends. Null when the connection may lapse.
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
