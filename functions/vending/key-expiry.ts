import { msBetween } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { HeldToken } from "../model/token-record.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const warnedDays = 30;

/** Measures how long a static key lives yet and says, at the first look of each hour, that it ends within a month. */
export function warnOfKeyExpiry(
  deps: Dependencies,
  connection: Connection,
  { expiresAt, renewAt }: HeldToken,
  now: Date,
): void {
  if (!expiresAt) return;
  const days = msBetween(now, expiresAt) / dayMs;
  deps.metrics.record("KeyEndsInDays", days);
  const isFirstOfHour = Math.floor(Number(renewAt) / hourMs) !== Math.floor(Number(now) / hourMs);
  if (days > warnedDays || !isFirstOfHour) return;
  deps.log.warn("key-expires-soon", { connection, expiresAt, days: Math.floor(days) });
}
