import { msBetween } from "../model/clock.ts";
import type { RenewalPolicy } from "../model/provider.ts";
import type { ObservedRecord, Told, ToldEnd } from "../model/told.ts";
import type { Term } from "./standing.ts";
import { contestedUntil, isConsentInForce, isOfEnd, termOf } from "./standing.ts";

const dayMs = 86_400_000;

/** How many days ahead of an end people hear of it. */
export const noticeDays: readonly number[] = [14, 7, 3, 1];

/** A provider that gives a day means a day, whatever the request took. */
const toleranceMs = 3_600_000;

/** What is to be told of a connection now, with what was told before; null: nothing new. Pure. */
export function nextNotice(
  observed: ObservedRecord,
  policy: RenewalPolicy,
  now: Date,
): Pick<Told, "end" | "contestOverOf"> | null {
  const { record, told } = observed;
  const openUntil = contestedUntil(observed, policy);
  const isOver = openUntil !== null && openUntil <= now;
  const end = nextEnd(observed, policy, now);
  if (!end && !isOver) return null;
  return {
    end: end ?? told.end,
    contestOverOf: isOver ? (record.rejections?.at ?? null) : told.contestOverOf,
  };
}

function nextEnd(observed: ObservedRecord, policy: RenewalPolicy, now: Date): ToldEnd | null {
  const { record, told } = observed;
  const term = termOf(record, policy);
  if (!term || record.damage.length > 0) return null;
  if (term.of === "consent" && !isConsentInForce(observed, policy)) return null;
  const days = daysReached(term, now);
  if (days === null || !isNews(term, days, told.end)) return null;
  return { endsAt: term.endsAt, since: term.since, days };
}

/** The most urgent notice whose time has come. An expired key has none: the provider's refusal is told. */
function daysReached({ of, endsAt }: Term, now: Date): number | null {
  const leftMs = msBetween(now, endsAt);
  if (leftMs <= 0) return of === "consent" ? 0 : null;
  return noticeDays.findLast((days) => leftMs <= days * dayMs) ?? null;
}

/**
 * Each notice is given once for each end. A consent that every renewal extends by a few days, or hours, is always about to
 * end: it is told of once, and again when it comes closer than ever.
 */
function isNews(term: Term, days: number, told: ToldEnd | null): boolean {
  const wasGivenFor = (since: Date) => msBetween(since, term.endsAt) > days * dayMs + toleranceMs;
  if (told && isOfEnd(told, term)) return days < told.days;
  if (days === 0) return true;
  if (told && told.since.getTime() === term.since.getTime()) {
    return days < told.days || wasGivenFor(term.renewedAt);
  }
  return wasGivenFor(term.since);
}
