import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInstant } from "../../../functions/providers/exchange/instant.ts";

describe("an instant", () => {
  test.each([
    ["in UTC", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000Z"],
    ["with three digits", "2026-11-20T10:00:00.123Z", "2026-11-20T10:00:00.123Z"],
    ["with one digit", "2026-11-20T10:00:00.5Z", "2026-11-20T10:00:00.500Z"],
    [
      "with seven digits, cut and not rounded",
      "2019-11-08T11:01:45.6479999+00:00",
      "2019-11-08T11:01:45.647Z",
    ],
    ["with nine digits", "2026-11-20T10:00:00.999999999Z", "2026-11-20T10:00:00.999Z"],
    ["with a comma", "2026-11-20T10:00:00,250Z", "2026-11-20T10:00:00.250Z"],
    ["ahead of UTC", "2026-11-20T23:30:00+13:45", "2026-11-20T09:45:00.000Z"],
    ["behind UTC, on the next day", "2026-11-20T23:30:00-03:30", "2026-11-21T03:00:00.000Z"],
    ["with the largest offset", "2026-11-20T23:59:00+23:59", "2026-11-20T00:00:00.000Z"],
    ["with an offset without colon", "2026-11-20T10:00:00+0100", "2026-11-20T09:00:00.000Z"],
    [
      "with the offset of nobody knows where",
      "2026-11-20T10:00:00-00:00",
      "2026-11-20T10:00:00.000Z",
    ],
    ["on a leap day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    [
      "in a leap second, the last instant of its minute",
      "2016-12-31T23:59:60Z",
      "2016-12-31T23:59:59.999Z",
    ],
    ["… whatever its fraction", "2016-12-31T23:59:60.250Z", "2016-12-31T23:59:59.999Z"],
    ["in year 9999", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"],
  ])("%s", (_, text, instant) => {
    expect(parseInstant(text)?.toISOString()).toBe(instant);
  });
});

describe("no instant", () => {
  test.each([
    ["nothing", ""],
    ["without an offset, which would be local time", "2026-11-20T10:00:00"],
    ["a day alone", "2026-11-20"],
    ["30 February", "2019-02-30T10:00:00Z"],
    ["29 February of a common year", "2027-02-29T10:00:00Z"],
    ["31 November", "2026-11-31T10:00:00Z"],
    ["a month 0", "2026-00-20T10:00:00Z"],
    ["a month 13", "2026-13-20T10:00:00Z"],
    ["a day 0", "2026-11-00T10:00:00Z"],
    ["hour 24", "2026-11-20T24:00:00Z"],
    ["minute 60", "2026-11-20T10:60:00Z"],
    ["second 61", "2026-11-20T10:00:61Z"],
    ["an offset of 24 hours", "2026-11-20T10:00:00+24:00"],
    ["an offset of 60 minutes", "2026-11-20T10:00:00+01:60"],
    ["a US date", "11/08/2019 11:01:45 AM"],
    ["a .NET date", "/Date(1573210905647)/"],
    ["an HTTP date", "Fri, 20 Nov 2026 10:00:00 GMT"],
    ["seconds since the epoch", "1795168800"],
    ["a year of five digits", "12026-11-20T10:00:00Z"],
    ["ten digits of a second", "2026-11-20T10:00:00.0123456789Z"],
    ["a point and no digit", "2026-11-20T10:00:00.Z"],
    ["a blank before", " 2026-11-20T10:00:00Z"],
    ["a blank after", "2026-11-20T10:00:00Z "],
    ["a line feed after", "2026-11-20T10:00:00Z\n"],
    ["a blank between", "2026-11-20 10:00:00Z"],
    ["digits of another script", "２０２６-11-20T10:00:00Z"],
  ])("%s", (_, text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test("any other text", () => {
    fc.assert(fc.property(fc.string(), (text) => parseInstant(text) === null));
  });
});

test("every instant of this century is parsed as it was written", () => {
  const min = new Date("2000-01-01T00:00:00Z");
  const max = new Date("2100-01-01T00:00:00Z");
  fc.assert(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
      expect(parseInstant(date.toISOString())).toEqual(date);
    }),
  );
});
