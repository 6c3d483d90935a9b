import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backOffUntil } from "../../../functions/vending/decision/back-off.ts";
import { at } from "../../support/a-record.ts";

const now = at("10:00:00.000");
const nearlyOne = 0.999_999_999;

describe("without a Retry-After", () => {
  test.each([
    ["the first failure waits half a second to one", 1, "10:00:00.500", "10:00:01.000"],
    ["the second waits twice as long", 2, "10:00:01.000", "10:00:02.000"],
    ["the third waits four times as long", 3, "10:00:02.000", "10:00:04.000"],
    ["the sixth waits half a minute", 6, "10:00:16.000", "10:00:32.000"],
    ["the seventh and all others wait a minute", 7, "10:00:30.000", "10:01:00.000"],
    ["the ten thousandth, too", 10_000, "10:00:30.000", "10:01:00.000"],
  ])("%s", (_, count, soonest, latest) => {
    expect(backOffUntil(now, count, null, 0)).toEqual(at(soonest));
    const last = backOffUntil(now, count, null, nearlyOne);
    expect(Math.abs(Number(last) - Number(at(latest)))).toBeLessThanOrEqual(1);
  });
});

describe("the provider's Retry-After", () => {
  test.each([
    ["counts to the second", 7000, "10:00:07.000"],
    ["counts for up to a quarter of an hour", 900_000, "10:15:00.000"],
    ["is capped at a quarter of an hour", 999_999_999_000, "10:15:00.000"],
  ])("%s", (_, retryAfterMs, until) => {
    const waits = backOffUntil(now, 1, retryAfterMs, 0.5);
    expect(Number(waits)).toBeGreaterThanOrEqual(Number(at(until)));
    expect(Number(waits)).toBeLessThanOrEqual(Number(at("10:15:00.000")));
  });

  test("of zero does not cause an immediate retry", () => {
    const waits = backOffUntil(now, 1, 0, 0);
    expect(Number(waits)).toBeGreaterThanOrEqual(Number(at("10:00:00.500")));
  });
});

test("the pause is always positive, and at most a quarter of an hour", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.option(fc.integer({ min: 1, max: 1e12 }), { nil: null }),
      fc.double({ min: 0, max: nearlyOne, noNaN: true }),
      (count, retryAfterMs, random) => {
        const ms = Number(backOffUntil(now, count, retryAfterMs, random)) - Number(now);
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThanOrEqual(900_000);
      },
    ),
  );
});

test("a Retry-After of exactly one second is respected, however often the provider has failed", () => {
  const now = at("10:00:00.000");
  expect(backOffUntil(now, 9, 1000, 0.5)).toEqual(at("10:00:01.000"));
});
