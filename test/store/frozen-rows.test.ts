import { describe, expect, test } from "vitest";
import type { Item } from "../../functions/store/attributes.ts";
import { count, instant, text } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import { at } from "../support/a-record.ts";

const frozen = { M: { by: text("jo"), at: instant(at("10:00:00.000")), reason: text("leaked") } };
const pk = text("a/b/c");

describe("a frozen row without a fence", () => {
  test("is of a connection that was never used, and whole", () => {
    expect(readRecord({ pk, frozen })).toMatchObject({ fence: 0, version: 0, damage: [] });
  });

  test.each<[string, Item]>([
    ["a layout, which only a lease writes", { pk, frozen, layout: count(1) }],
    ["no freeze either", { pk }],
  ])("but with %s, is damaged", (_, item) => {
    expect(readRecord(item).damage).toEqual(["fence", "version"]);
  });

  test("whose fence is there, but no version, is damaged", () => {
    expect(readRecord({ pk, frozen, fence: count(1) }).damage).toEqual(["version"]);
  });
});

test("of a consent's attributes those are read that fit a header", () => {
  const consentedAt = instant(at("10:00:00.000"));
  const attributes = {
    M: { good: text("x"), list: { L: [] }, empty: text(""), long: text("x".repeat(201)) },
  };
  const consentDetails = { M: { of: consentedAt, attributes } };
  const details = (item: Item) => readRecord({ pk, consentedAt, ...item }).consent?.details;
  expect(details({ consentDetails })).toEqual({ attributes: { good: "x" } });
  expect(details({ consentDetails: { M: { of: consentedAt } } })).toEqual({});
});
