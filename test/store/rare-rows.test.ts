import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import type { Item } from "../../functions/store/attributes.ts";
import { count, instant, text } from "../../functions/store/attributes.ts";
import { readFreeze, readRecord } from "../../functions/store/read-record.ts";
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

test("a freeze is one line that is not too long, whoever wrote it", () => {
  const freezeBy = (by?: string) => {
    const fields = { ...frozen.M, ...(by !== undefined && { by: text(by) }) };
    return readFreeze({ frozen: { M: fields } }, "realm")?.by;
  };
  expect(freezeBy("jo\n\u0000x")).toBe("jo  x");
  expect(freezeBy("j".repeat(300))).toBe("j".repeat(300));
  expect(freezeBy("j".repeat(301))).toBe("j".repeat(300));
  expect(freezeBy("")).toBe("unknown");
  expect(readFreeze({ frozen: { M: {} } }, "realm")).toEqual({
    ...{ of: "realm", by: "unknown", at: new Date(0), reason: "unknown" },
  });
  expect(readFreeze({ frozen: { M: { ...frozen.M, thawedAt: count(1) } } }, "realm")).toBeNull();
});

test("the details of an earlier consent are not of this one; where its instant is damaged, they are", () => {
  const of = instant(at("09:00:00.000"));
  const consentDetails = { M: { of, identity: text("j…") } };
  const details = (consentedAt: AttributeValue) =>
    readRecord({ pk, consentedAt, consentDetails }).consent?.details;
  expect(details(of)).toEqual({ identity: "j…" });
  expect(details(instant(at("10:00:00.000")))).toBeUndefined();
  expect(details(text("?"))).toEqual({ identity: "j…" });
});

test("of a consent's attributes those are read that fit a header", () => {
  const consentedAt = instant(at("10:00:00.000"));
  const attributes = {
    M: { good: text("x"), list: { L: [] }, empty: text(""), long: text("x".repeat(201)) },
  };
  const consentDetails = { M: { of: consentedAt, attributes } };
  const details = (item: Item) => readRecord({ pk, consentedAt, ...item }).consent?.details;
  expect(details({ consentDetails })).toEqual({ attributes: { good: "x" } });
  expect(readRecord({ pk, consentedAt, consentDetails }).damage).toContain("consentDetails");
  expect(details({ consentDetails: { M: { of: consentedAt } } })).toEqual({});
});
