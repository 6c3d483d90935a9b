import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import type { Item } from "../../functions/store/attributes.ts";
import { count, text } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import { tokenAttributes } from "../../functions/store/record-attributes.ts";
import { aRecord, aToken } from "../support/a-record.ts";

const { connection, fence } = aRecord();

/** The item of a token, with changes; null removes an attribute. */
function itemWith(changes: Readonly<Record<string, AttributeValue | null>> = {}): Item {
  const token = aToken({ attributes: { tenant: "t-1", "instance.url": "https://a.example" } });
  const written = { ...tokenAttributes(connection, token, fence), ...changes };
  const numbers = { pk: text(connection), fence: count(fence), version: count(3) };
  const all = Object.entries({ ...numbers, ...written });
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
}

const details = (of: string, values: Record<string, AttributeValue>) => ({
  tokenDetails: { M: { of: text(of), attributes: { M: values } } },
});

describe("what is kept of a token's answer", () => {
  test("is read as it was written", () => {
    const attributes = { tenant: "t-1", "instance.url": "https://a.example" };
    const { token, damage } = readRecord(itemWith());
    expect(token).toEqual(aToken({ attributes }));
    expect(damage).toEqual([]);
  });

  test("is not taken for the next token's, where a release that does not know it has written that", () => {
    const { token, damage } = readRecord(itemWith({ fingerprint: text("0123456789ab") }));
    expect(token).not.toHaveProperty("attributes");
    expect(damage).toEqual([]);
  });

  test("is read as far as it fits a header, with the damage named once, and costs no token", () => {
    const values = {
      ...{ good: text("x"), list: { L: [] }, empty: text("") },
      ...{ lines: text("a\r\nb: c"), long: text("x".repeat(201)) },
    };
    const { token, damage } = readRecord(itemWith(details(aToken().fingerprint, values)));
    expect(token).toMatchObject({ attributes: { good: "x" } });
    expect(damage).toEqual(["tokenDetails"]);
  });

  test.each<[string, AttributeValue]>([
    ["a text", text("?")],
    ["a list", { L: [{ S: "?" }] }],
    ["an empty map", { M: {} }],
  ])("counts as unknown where it is %s", (_, tokenDetails) => {
    const { token } = readRecord(itemWith({ tokenDetails }));
    expect(token).toEqual({ ...aToken() });
  });
});
