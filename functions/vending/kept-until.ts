import { plusMs } from "../model/clock.ts";
import type { RenewalPolicy } from "../model/provider.ts";
import type { HeldToken } from "../model/token-record.ts";
import type { Call } from "../model/deadline.ts";

/** How long the schedule keeps a connection alive after a caller has caused an issue. */
const idleMs = 3_600_000;
/** More than one tick: the next renewal is always kept. */
const graceMs = 120_000;

/**
 * Until when the schedule renews a connection. Store hits write nothing, so what is known of callers is that one caused
 * an issue: that keeps the connection for an hour, and for its next renewal at least. The schedule's own renewals do
 * not prolong it; an idle connection lapses, and one in use has a caller cause an issue now and then.
 */
export function keptUntil(
  policy: RenewalPolicy,
  before: HeldToken | null,
  { onBehalfOf }: Call,
  now: Date,
  renewAt: Date,
): Date | null {
  if (policy.renewal === "on-rotation") return null;
  if (onBehalfOf === "schedule") return before?.keptUntil ?? null;
  return new Date(Math.max(Number(plusMs(now, idleMs)), Number(plusMs(renewAt, graceMs))));
}
