import { describe, expect, test } from "vitest";
import type { Deadline } from "../../../functions/model/time-limits.ts";
import { keepAliveUntil } from "../../../functions/vending/decision/token-times.ts";
import { aToken, at } from "../../support/a-record.ts";
import { atExpiry, atHandover, early, onRotation } from "../../support/policies.ts";

const call = (onBehalfOf: Deadline["onBehalfOf"]): Deadline => ({
  msLeft: () => 10_000,
  signal: new AbortController().signal,
  onBehalfOf,
});
const [caller, schedule] = [call("caller"), call("schedule")];
const now = at("10:00:00.000");
const soon = at("10:05:00.000");

describe.each([atExpiry, atHandover, early])(
  "the schedule keeps a connection alive ($renewal)",
  (policy) => {
    test("for an hour after a renewal for a caller", () => {
      expect(keepAliveUntil(policy, null, caller, now, soon)).toEqual(at("11:00:00.000"));
    });

    test("at least for its next renewal, with two minutes of grace", () => {
      const late = at("20:00:00.000");
      expect(keepAliveUntil(policy, null, caller, now, late)).toEqual(at("20:02:00.000"));
    });

    test("for another hour after each renewal for a caller", () => {
      const before = aToken({ keepAliveUntil: at("10:30:00.000") });
      expect(keepAliveUntil(policy, before, caller, now, soon)).toEqual(at("11:00:00.000"));
    });

    test("no longer after its own renewals", () => {
      const before = aToken({ keepAliveUntil: at("10:30:00.000") });
      const late = at("20:00:00.000");
      expect(keepAliveUntil(policy, before, schedule, now, soon)).toEqual(before.keepAliveUntil);
      expect(keepAliveUntil(policy, before, schedule, now, late)).toEqual(before.keepAliveUntil);
    });

    test("not at all where no caller has asked", () => {
      expect(
        keepAliveUntil(policy, aToken({ keepAliveUntil: null }), schedule, now, soon),
      ).toBeNull();
      expect(keepAliveUntil(policy, null, schedule, now, soon)).toBeNull();
    });
  },
);

test.each([caller, schedule])(
  "a static key is never kept alive, on behalf of the $onBehalfOf",
  (by) => {
    expect(keepAliveUntil(onRotation, aToken(), by, now, soon)).toBeNull();
  },
);
