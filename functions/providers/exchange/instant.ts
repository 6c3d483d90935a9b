const pattern =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/;

/**
 * Parses an instant of RFC 3339 §5.6 with up to nine fractional digits (cut to milliseconds). It requires the offset and
 * checks the calendar, because `Date.parse` accepts 30 February, US dates and local time. Null for anything else.
 */
export function parseInstant(text: string): Date | null {
  const match = pattern.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const ms = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  if (month < 1 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const offset = offsetMs(match[8], Number(match[9] ?? 0), Number(match[10] ?? 0));
  if (offset === null) return null;
  // A leap second is the last instant of its minute.
  const inMinute = second === 60 ? 59_999 : second * 1000 + ms;
  return new Date(Date.UTC(year, month - 1, day, hour, minute) + inMinute - offset);
}

function daysIn(year: number, month: number): number {
  return month > 12 ? 0 : new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function offsetMs(sign: string | undefined, hours: number, minutes: number): number | null {
  if (hours > 23 || minutes > 59) return null;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Parses an HTTP date (RFC 9110 §5.6.7), in the preferred format only; null for anything else. */
export function parseHttpDate(text: unknown): Date | null {
  const date = new Date(String(text));
  // `Date` reads other formats too, and turns 30 February into another day; it prints this format only.
  return Number.isFinite(date.getTime()) && date.toUTCString() === text ? date : null;
}

/** The end of the year 9999. */
const latestMs = 253_402_300_799_999;

/** An instant as a positive number of units since 1970, or as its digits; null for anything else. */
export function epochInstant(value: unknown, unitMs: number): Date | null {
  const ms = (numberFrom(value, 15) ?? 0) * unitMs;
  return ms > 0 && ms <= latestMs ? new Date(ms) : null;
}

/** A finite number, or at most `maxDigits` digits of one as text; null for anything else. */
export function numberFrom(value: unknown, maxDigits: number): number | null {
  const isDigits = typeof value === "string" && /^\d+$/.test(value) && value.length <= maxDigits;
  const number = isDigits ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}
