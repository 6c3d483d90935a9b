import { msBetween } from "../model/clock.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { TokenRecord } from "../model/token-record.ts";

const dayMs = 86_400_000;
const warnedDays = 14;

/** Measures how long a person's consent lasts yet and says, at the first refresh of each day, that it ends within a fortnight. */
export function warnOfConsentEnd(
  deps: Dependencies,
  before: TokenRecord,
  { connection, consent }: TokenRecord,
  now: Date,
): void {
  const endsAt = consent?.refresh?.endsAt;
  if (!endsAt) return;
  const days = msBetween(now, endsAt) / dayMs;
  deps.metrics.record("ConsentEndsInDays", days);
  const lastAt = before.token?.issuedAt;
  const isFirstOfDay = !lastAt || dayOf(lastAt) !== dayOf(now);
  if (days >= warnedDays || !isFirstOfDay) return;
  deps.log.warn("consent-ends-soon", { connection, endsAt, days: Math.floor(days) });
}

function dayOf(instant: Date): number {
  return Math.floor(instant.getTime() / dayMs);
}
