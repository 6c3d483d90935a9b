import { describe, expect, test } from "vitest";
import type { Call } from "../../../functions/model/deadline.ts";
import { keptUntil } from "../../../functions/vending/kept-until.ts";
import { aToken, at } from "../../support/a-record.ts";
import { atExpiry, atHandover, early, onRotation } from "../../support/policies.ts";

const call = (onBehalfOf: Call["onBehalfOf"]): Call => ({
  deadlineAt: at("10:00:10.000"),
  signal: new AbortController().signal,
  onBehalfOf,
});
const [caller, schedule] = [call("caller"), call("schedule")];
const now = at("10:00:00.000");
const soon = at("10:05:00.000");

describe.each([atExpiry, atHandover, early])("the schedule keeps a token ($renewal)", (policy) => {
  test("for an hour after a caller caused its issue", () => {
    expect(keptUntil(policy, null, caller, now, soon)).toEqual(at("11:00:00.000"));
  });

  test("for its next renewal at least, with two minutes of grace", () => {
    const late = at("20:00:00.000");
    expect(keptUntil(policy, null, caller, now, late)).toEqual(at("20:02:00.000"));
  });

  test("anew whenever a caller causes an issue", () => {
    const before = aToken({ keptUntil: at("10:30:00.000") });
    expect(keptUntil(policy, before, caller, now, soon)).toEqual(at("11:00:00.000"));
  });

  test("no longer because it renews it itself", () => {
    const before = aToken({ keptUntil: at("10:30:00.000") });
    const late = at("20:00:00.000");
    expect(keptUntil(policy, before, schedule, now, soon)).toEqual(before.keptUntil);
    expect(keptUntil(policy, before, schedule, now, late)).toEqual(before.keptUntil);
  });

  test("not at all where no caller has asked", () => {
    expect(keptUntil(policy, aToken({ keptUntil: null }), schedule, now, soon)).toBeNull();
    expect(keptUntil(policy, null, schedule, now, soon)).toBeNull();
  });
});

test.each([caller, schedule])("a static key is never kept, $onBehalfOf or not", (by) => {
  expect(keptUntil(onRotation, aToken(), by, now, soon)).toBeNull();
});
