import type { Clock } from "../../model/clock.ts";
import { msBetween } from "../../model/clock.ts";

const imfFixdate =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** An HTTP date (RFC 9110 §5.6.7), in the one form that may still be generated; null for anything else. */
export function parseHttpDate(text: string | undefined): Date | null {
  if (!text || !imfFixdate.test(text)) return null;
  const date = new Date(text);
  // What is no date of the calendar comes back as another one.
  return date.toUTCString() === text ? date : null;
}

/**
 * How long a provider asks to be left alone (RFC 9110 §10.2.3): seconds, or a date judged by the provider's own clock
 * where it tells it. Null when it says nothing that makes sense.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  clock: Clock,
): number | null {
  const text = headers["retry-after"];
  if (typeof text !== "string") return null;
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  if (!until) return null;
  const date = headers["date"];
  const now = parseHttpDate(typeof date === "string" ? date : undefined) ?? clock.now();
  return Math.max(0, msBetween(now, until));
}
