import { describe, expect, test } from "vitest";
import { retryAfterMs } from "../../../functions/providers/exchange/error-response.ts";
import { parseHttpDate } from "../../../functions/providers/exchange/instant.ts";
import { at } from "../../support/a-record.ts";
import { FixedClock } from "../../support/fixed-clock.ts";

const clock = new FixedClock(at("10:00:00.000"));

describe("Retry-After", () => {
  test.each<[rule: string, headers: Record<string, string | string[]>, ms: number | null]>([
    ["unsaid is unsaid", {}, null],
    ["counts seconds", { "retry-after": "7" }, 7000],
    ["may be nought", { "retry-after": "0" }, 0],
    ["may be absurd, which others cap", { "retry-after": "999999999" }, 999_999_999_000],
    ["is a date on our clock", { "retry-after": "Fri, 20 Nov 2026 10:00:30 GMT" }, 30_000],
    [
      "is a date on the provider's clock, where it tells it",
      { "retry-after": "Fri, 20 Nov 2026 09:50:30 GMT", date: "Fri, 20 Nov 2026 09:50:00 GMT" },
      30_000,
    ],
    ["of the past is now", { "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT" }, 0],
    ["of less than nothing says nothing", { "retry-after": "-7" }, null],
    ["of half a second says nothing", { "retry-after": "0.5" }, null],
    ["of thirteen digits says nothing", { "retry-after": "9999999999999" }, null],
    ["of words says nothing", { "retry-after": "soon" }, null],
    ["of an ISO instant says nothing", { "retry-after": "2026-11-20T10:00:30Z" }, null],
    ["given twice says nothing", { "retry-after": ["7", "8"] }, null],
    ["in a list says nothing", { "retry-after": ["7"] }, null],
    ["empty says nothing", { "retry-after": "" }, null],
  ])("%s", (_, headers, ms) => {
    expect(retryAfterMs(headers, clock)).toBe(ms);
  });
});

describe("an HTTP date", () => {
  test("has a fixed format, in GMT", () => {
    expect(parseHttpDate("Fri, 08 Nov 2019 10:56:45 GMT")).toEqual(
      new Date("2019-11-08T10:56:45Z"),
    );
  });

  test.each([
    ["nothing", undefined],
    ["of no text", ""],
    ["of an invalid date", "Invalid Date"],
    ["of 30 February", "Fri, 30 Feb 2019 10:56:45 GMT"],
    ["of another zone", "Fri, 08 Nov 2019 10:56:45 CET"],
    ["of RFC 850", "Friday, 08-Nov-19 10:56:45 GMT"],
    ["of asctime", "Fri Nov  8 10:56:45 2019"],
    ["of ISO 8601", "2019-11-08T10:56:45Z"],
    ["of a month that is none", "Fri, 08 Nev 2019 10:56:45 GMT"],
    ["of a day that is none", "Fri, 32 Nov 2019 10:56:45 GMT"],
    ["of an hour that is none", "Fri, 08 Nov 2019 25:56:45 GMT"],
  ])("is nothing else: %s", (_, text) => {
    expect(parseHttpDate(text)).toBeNull();
  });
});
