import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import type { RejectionLevel } from "../../../functions/model/token-record.ts";
import { afterRejection, breakerOpenUntil } from "../../../functions/vending/decision/back-off.ts";
import { at } from "../../support/a-record.ts";

const level = (value: number, time = "10:00:00.000"): RejectionLevel => ({
  level: value,
  at: at(time),
});

type Row = [rule: string, rejections: RejectionLevel | null, now: string, until: string | null];

describe("the circuit breaker for rejection storms", () => {
  test.each<Row>([
    ["is closed without rejections", null, "10:00:00.000", null],
    ["is closed after two", level(2), "10:00:00.000", null],
    ["opens with the third at once, for five minutes", level(3), "10:00:00.000", "10:05:00.000"],
    ["… to the last millisecond", level(3), "10:04:59.999", "10:05:00.000"],
    ["lets one more through then", level(3), "10:05:00.000", null],
    ["opens for as long as the level is above two", level(2.4), "10:00:00.000", "10:02:00.000"],
    [
      "opens for five minutes at most, whatever is stored",
      level(900),
      "10:00:00.000",
      "10:05:00.000",
    ],
    ["is not opened by a clock that went back", level(2), "09:00:00.000", null],
  ])("%s", (_, rejections, now, until) => {
    expect(breakerOpenUntil(rejections, at(now))).toEqual(until === null ? null : at(until));
  });

  test.each([
    ["begins at one", null, "10:00:00.000", 1],
    ["adds one at once", level(1), "10:00:00.000", 2],
    ["has fallen by one after five minutes", level(2), "10:05:00.000", 2],
    ["has fallen by a half after half of that", level(2), "10:02:30.000", 2.5],
    ["does not fall below nothing", level(1), "23:00:00.000", 1],
    ["does not fall where a clock went back", level(1), "09:00:00.000", 2],
  ] as const)("the level after a rejection %s", (_, before, now, after) => {
    expect(afterRejection(before, at(now))).toEqual(level(after, now));
  });

  test("allows three in a row, and one in five minutes after that, however often callers reject", () => {
    const gaps = fc.array(fc.integer({ min: 1000, max: 400_000 }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(gaps, (gapsMs) => {
        let rejections: RejectionLevel | null = null;
        let now = at("10:00:00.000");
        const renewals: Date[] = [];
        for (const gapMs of gapsMs) {
          now = plusMs(now, gapMs);
          if (breakerOpenUntil(rejections, now)) continue;
          rejections = afterRejection(rejections, now);
          renewals.push(now);
        }
        for (const [index, renewal] of renewals.entries()) {
          const allowed = 3 + Math.floor((Number(now) - Number(renewal)) / 300_000) + 1;
          expect(renewals.length - index).toBeLessThanOrEqual(allowed);
        }
      }),
    );
  });
});
