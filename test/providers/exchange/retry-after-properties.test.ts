import fc from "fast-check";
import { expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import { retryAfterMs } from "../../../functions/providers/exchange/error-response.ts";
import { backOffUntil } from "../../../functions/vending/decision/back-off.ts";
import { at } from "../../support/a-record.ts";
import { FixedClock } from "../../support/fixed-clock.ts";

const ten = at("10:00:00.000");
const clock = new FixedClock(ten);
/** Whole seconds, as HTTP dates have them. */
const seconds = fc.integer({ min: 1_000_000_000, max: 4_000_000_000 });
const dateOf = (second: number) => new Date(second * 1000).toUTCString();

test("any Retry-After is read as a time to wait, or as null", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.integer().map(String),
    seconds.map(dateOf),
  );
  fc.assert(
    fc.property(texts, fc.option(texts, { nil: undefined }), (text, date) => {
      const ms = retryAfterMs({ "retry-after": text, date }, clock);
      if (ms !== null) expect(Number.isFinite(ms) && ms >= 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("digits are seconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (wanted) => {
      expect(retryAfterMs({ "retry-after": String(wanted) }, clock)).toBe(wanted * 1000);
    }),
  );
});

test("a date is measured from the provider's own clock, wherever that stands", () => {
  fc.assert(
    fc.property(seconds, fc.integer({ min: -100_000, max: 100_000 }), (now, wanted) => {
      const headers = { date: dateOf(now), "retry-after": dateOf(now + wanted) };
      expect(retryAfterMs(headers, clock)).toBe(Math.max(0, wanted * 1000));
    }),
  );
});

test("every Retry-After leads to a pause that lies ahead and within a quarter of an hour", () => {
  const waits = fc.option(fc.double({ min: 0, max: 1e15, noNaN: true }), { nil: null });
  const chance = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(waits, fc.integer({ min: 1, max: 1_000_000 }), chance, (wait, count, random) => {
      const until = backOffUntil(ten, count, wait, random);
      expect(until >= plusMs(ten, 500)).toBe(true);
      expect(until <= plusMs(ten, 900_000)).toBe(true);
    }),
  );
});
