import { msBetween } from "../../model/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { HeldToken } from "../../model/token-record.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const warnedDays = 30;

/** Measures how long a static key lives yet and says, at the first look of each hour, that it ends within a month. */
export function warnOfKeyExpiry(
  deps: Dependencies,
  connection: Connection,
  { expiresAt }: HeldToken,
  lastLookAt: Date,
  now: Date,
): void {
  if (!expiresAt) return;
  const days = msBetween(now, expiresAt) / dayMs;
  deps.metrics.record("KeyEndsInDays", days);
  if (days > warnedDays || hourOf(lastLookAt) === hourOf(now)) return;
  deps.log.warn("key-expires-soon", { connection, expiresAt, days: Math.floor(days) });
}

function hourOf(instant: Date): number {
  return Math.floor(instant.getTime() / hourMs);
}
