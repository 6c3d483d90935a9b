import { describe, expect, test } from "vitest";
import {
  breakerOpenUntil,
  recentRejectedRenewals,
} from "../../../functions/vending/decision/back-off.ts";
import { at } from "../../support/a-record.ts";

const times = (...texts: string[]) => texts.map(at);

type Row = [rule: string, rejectionsAt: Date[], now: string, until: string | null];

describe("the breaker against a revoke war", () => {
  const three = times("10:00:00.000", "10:00:01.000", "10:00:02.000");
  const eight = times(
    "10:00:00.000",
    "10:00:01.000",
    "10:00:02.000",
    "10:00:32.000",
    "10:01:32.000",
    "10:03:32.000",
    "10:07:32.000",
    "10:09:59.000",
  );

  test.each<Row>([
    ["is closed without rejections", [], "10:00:00.000", null],
    ["is closed after two", times("10:00:00.000", "10:00:01.000"), "10:00:01.000", null],
    ["opens for half a minute after the third", three, "10:00:02.000", "10:00:32.000"],
    ["… to the last millisecond", three, "10:00:31.999", "10:00:32.000"],
    ["lets one more through then", three, "10:00:32.000", null],
    ["opens for a minute after the fourth", eight.slice(0, 4), "10:01:31.999", "10:01:32.000"],
    ["opens for two minutes after the fifth", eight.slice(0, 5), "10:03:31.999", "10:03:32.000"],
    ["opens for four minutes after the sixth", eight.slice(0, 6), "10:07:31.999", "10:07:32.000"],
    [
      "opens for eight minutes after the seventh",
      eight.slice(0, 7),
      "10:09:59.999",
      "10:15:32.000",
    ],
    ["opens for ten minutes at most", eight, "10:09:59.999", "10:19:59.000"],
    ["counts only the last ten minutes", three, "10:10:00.000", null],
  ])("%s", (_, rejectionsAt, now, until) => {
    expect(breakerOpenUntil(rejectionsAt, at(now))).toEqual(until === null ? null : at(until));
  });

  test("stays closed when rejections are more than five minutes apart", () => {
    const seldom = times("09:48:00.000", "09:53:30.000", "09:59:00.000");
    expect(breakerOpenUntil(seldom, at("09:59:00.000"))).toBeNull();
  });
});

describe("what the record keeps of rejections", () => {
  test("is ten minutes of them", () => {
    const kept = recentRejectedRenewals(
      times("09:50:00.000", "09:50:00.001", "09:59:00.000"),
      at("10:00:00.000"),
    );
    expect(kept).toEqual(times("09:50:00.001", "09:59:00.000"));
  });

  test("is the latest eight", () => {
    const ten = Array.from({ length: 10 }, (_, n) => at(`10:00:0${n}.000`));
    expect(recentRejectedRenewals(ten, at("10:00:10.000"))).toEqual(ten.slice(2));
  });
});
