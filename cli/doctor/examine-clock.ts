import { askAddress } from "./ask-address.ts";
import type { DoctorFinding } from "./doctor-finding.ts";
import { fine } from "./doctor-finding.ts";

/** A `Date` header has whole seconds, and an answer takes some time. */
const toleranceMs = 5000;
/** AWS refuses what was signed with a clock that is further off. */
const refusedFromMs = 5 * 60_000;

/** The operator's clock against AWS's: relative times, and what is signed, go by it. */
export function examineOwnClock(aheadMs: number | null): DoctorFinding[] {
  if (aheadMs === null) return [];
  const about = "your clock";
  if (Math.abs(aheadMs) <= toleranceMs) return [fine(about, "agrees with AWS's")];
  const found = `${inWords(aheadMs)} AWS's: what the command line says of times is off by that`;
  const severity = Math.abs(aheadMs) >= refusedFromMs ? "error" : "warning";
  return [{ severity, about, found, next: "Set this machine's clock, by NTP." }];
}

/**
 * A provider's clock against the operator's, by the `Date` of any answer of its host. Nothing is sent but a HEAD request
 * for `/`. A host that cannot be reached from here may well be by the functions.
 */
export async function examineProviderClock(
  realm: string,
  url: string,
  now: () => Date,
  ownAheadMs: number,
): Promise<DoctorFinding> {
  const { origin, host } = new URL(url);
  const about = `the provider's clock, ${realm}`;
  const answer = await askAddress(origin, "HEAD");
  if ("noAnswer" in answer)
    return fine(about, `not examined: ${host} does not answer here (${answer.noAnswer})`);
  const date = answer.headers.get("date");
  if (date === null) return fine(about, `not examined: ${host} answers without a date`);
  const aheadMs = Date.parse(date) - (Number(now()) - ownAheadMs);
  if (Math.abs(aheadMs) <= toleranceMs) return fine(about, "agrees with AWS's");
  return {
    ...{ severity: "warning", about },
    found: `${inWords(aheadMs)} AWS's, at ${host}`,
    next: "Nothing here: lifetimes are used, not instants. Tell the provider, if it refuses what is signed.",
  };
}

function inWords(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return `${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"}`;
}
