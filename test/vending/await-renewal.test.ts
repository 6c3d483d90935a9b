import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { msBetween, plusMs } from "../../functions/model/clock.ts";
import { nextReadAt } from "../../functions/vending/await-renewal.ts";
import { aLease, aRecord, at } from "../support/a-record.ts";

/** Taken at ten, ends at 10:00:07. */
const lease = aLease();
const waitFor = (held = lease) =>
  ({ action: "await-renewal", reason: "lease-held", lease: held }) as const;
const taking = (typicalRenewalMs: number | null) => aRecord({ typicalRenewalMs });

describe("a process without the lease reads the record again", () => {
  test.each<[rule: string, typicalMs: number | null, now: string, random: number, next: string]>([
    ["when issuing usually ends", 400, "10:00:00.010", 0, "10:00:00.400"],
    ["… or a twentieth later", 400, "10:00:00.010", 0.999_999, "10:00:00.420"],
    ["after half a second, if it usually takes longer", 4500, "10:00:00.010", 0, "10:00:00.500"],
    ["… then after one", 4500, "10:00:00.500", 0, "10:00:01.000"],
    ["… two", 4500, "10:00:01.000", 0, "10:00:02.000"],
    ["… four", 4500, "10:00:02.000", 0, "10:00:04.000"],
    ["… and when issuing usually ends", 4500, "10:00:04.000", 0, "10:00:04.500"],
    ["after a tenth of a second, where nothing is known", null, "10:00:00.010", 0, "10:00:00.100"],
    ["not before twenty milliseconds have passed", 50, "10:00:00.050", 0, "10:00:00.070"],
    ["after 8 % of the time waited", 100, "10:00:02.000", 0, "10:00:02.160"],
    ["… or 12 %", 100, "10:00:02.000", 0.999_999, "10:00:02.240"],
    ["not later than when the lease is dead", 60_000, "10:00:04.010", 0, "10:00:07.250"],
    ["… to the last", 100, "10:00:07.240", 0, "10:00:07.250"],
    ["as usual when its clock is behind the holder's", 100, "09:59:59.900", 0, "10:00:00.100"],
  ])("%s", (_, typicalMs, now, random, next) => {
    const looksAt = nextReadAt(waitFor(), taking(typicalMs), at(now), random);
    expect(Math.abs(msBetween(at(next), looksAt))).toBeLessThanOrEqual(1);
  });

  test("at most every half a second once the predicted time has passed", () => {
    const long = aLease({ until: at("10:00:30.000") });
    expect(nextReadAt(waitFor(long), taking(100), at("10:00:20.000"), 0)).toEqual(
      at("10:00:20.500"),
    );
  });

  test("later than now while the lease is alive, so that waiting makes progress", () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: null }),
        fc.integer({ min: -250, max: 7249 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (typicalMs, ms, random) => {
          const now = plusMs(lease.since, ms);
          const next = nextReadAt(waitFor(), taking(typicalMs), now, random);
          expect(next > now).toBe(true);
          expect(next <= at("10:00:07.250")).toBe(true);
        },
      ),
      // Due in a fraction of a millisecond.
      { examples: [[8, 8, 0.0001]] },
    );
  });

  test("about a hundred times during the longest lease", () => {
    const long = aLease({ until: at("10:00:30.000") });
    let now = long.since;
    let looks = 0;
    while (now < long.until) {
      now = nextReadAt(waitFor(long), taking(100), now, 0);
      looks += 1;
    }
    expect(looks).toBeLessThan(120);
  });
});
