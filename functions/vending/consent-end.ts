import { msBetween } from "../model/clock.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { TokenRecord } from "../model/token-record.ts";

const dayMs = 86_400_000;
const warnedDays = 14;

/** Says, at the first refresh of each day, that a person's consent ends within a fortnight. */
export function warnOfConsentEnd(
  deps: Dependencies,
  before: TokenRecord,
  { connection, consent }: TokenRecord,
  now: Date,
): void {
  const endsAt = consent?.refresh?.endsAt;
  if (!endsAt) return;
  const days = Math.floor(msBetween(now, endsAt) / dayMs);
  const lastAt = before.token?.issuedAt;
  const isFirstOfDay = !lastAt || dayOf(lastAt) !== dayOf(now);
  if (days >= warnedDays || !isFirstOfDay) return;
  deps.log.warn("consent-ends-soon", { connection, endsAt, days });
}

function dayOf(instant: Date): number {
  return Math.floor(instant.getTime() / dayMs);
}
