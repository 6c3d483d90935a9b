import { expect, test } from "vitest";
import { relativeTime, withRelativeTime } from "../../cli/relative-time.ts";
import { at } from "../support/a-record.ts";

const now = at("10:00:00.000");
const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000] as const;

test.each([
  [0, "in 0 s"],
  [999, "in 0 s"],
  [-1, "0 s ago"],
  [second, "in 1 s"],
  [minute - 1, "in 59 s"],
  [minute, "in 1 min"],
  [minute + second, "in 1 min 1 s"],
  [hour - 1, "in 59 min 59 s"],
  [hour, "in 1 h"],
  [hour + second, "in 1 h 1 s"],
  [-(3 * hour + 5 * minute), "3 h 5 min ago"],
  [day - 1, "in 23 h 59 min"],
  [day, "in 1 d"],
  [-(400 * day + hour), "400 d 1 h ago"],
])("what is %i ms away is %s", (ms, words) => {
  expect(relativeTime(new Date(Number(now) + ms), now)).toBe(words);
  expect(relativeTime(new Date(Number(now) + ms).toISOString(), now)).toBe(words);
});

test("the instant stands beside it as it was stated", () => {
  expect(withRelativeTime("2026-11-20T11:00:00+01:00", now)).toBe(
    "2026-11-20T11:00:00+01:00 (in 0 s)",
  );
  expect(withRelativeTime(now, now)).toBe("2026-11-20T10:00:00.000Z (in 0 s)");
});
