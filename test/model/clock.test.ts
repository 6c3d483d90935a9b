import { describe, expect, test } from "vitest";
import type { Clock } from "../../functions/model/clock.ts";
import {
  maxClockSkewMs,
  msBetween,
  plusMs,
  secondsUntil,
  stopwatch,
  timeCall,
} from "../../functions/model/clock.ts";
import { at } from "../support/a-record.ts";

test("instants are moved and compared in milliseconds", () => {
  expect(plusMs(at("10:00:00.000"), 1500)).toEqual(at("10:00:01.500"));
  expect(plusMs(at("10:00:00.000"), -1)).toEqual(at("09:59:59.999"));
  expect(msBetween(at("10:00:00.000"), at("10:00:01.500"))).toBe(1500);
  expect(msBetween(at("10:00:01.500"), at("10:00:00.000"))).toBe(-1500);
});

describe("the seconds that a caller is told to wait", () => {
  test.each([
    ["is whole seconds", "10:00:07.000", 7],
    ["is rounded up", "10:00:06.001", 7],
    ["is one at least", "10:00:00.001", 1],
    ["is one, too, when the time has come", "10:00:00.000", 1],
    ["… or is over", "09:59:00.000", 1],
  ])("%s", (_, instant, seconds) => {
    expect(secondsUntil(at(instant), at("10:00:00.000"))).toBe(seconds);
  });
});

test("the clocks of two of our processes may differ by a quarter of a second", () => {
  expect(maxClockSkewMs).toBe(250);
});

test.each([
  ["runs with the clock", "10:00:01.000", 1000, 1000],
  ["runs while the process is suspended, and its timers stand still", "10:20:00.000", 5, 1_200_000],
  ["runs on where the clock is set back", "09:00:00.000", 1000, 1000],
])("a stopwatch %s", (_, then, passedMs, expected) => {
  let now = at("10:00:00.000");
  let leftMs = 0;
  const clock = { now: () => now, countdown: (ms: number) => () => ms + leftMs };
  const elapsedMs = stopwatch(clock as Partial<Clock> as Clock);
  now = at(then);
  leftMs = -passedMs;
  expect(elapsedMs()).toBe(expected);
});

describe("a call that takes 300 ms", () => {
  test.each([
    ["begins and ends by the clock", "10:00:00.300", "10:00:00.000"],
    ["is counted back from its end where the clock was set back", "09:55:00.300", "09:55:00.000"],
    ["keeps its beginning where the clock was put forward", "11:00:00.300", "10:00:00.000"],
  ])("%s", (_, receivedAt, requestedAt) => {
    const instants = [at("10:00:00.000"), at(receivedAt)];
    const clock = { now: () => instants.shift() ?? expect.fail(), countdown: () => () => -300 };
    const end = timeCall(clock as Partial<Clock> as Clock);
    expect(end()).toEqual({ requestedAt: at(requestedAt), receivedAt: at(receivedAt) });
  });
});
