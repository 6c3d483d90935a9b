import { describe, expect, test } from "vitest";
import type { ReadPart } from "../../functions/store/attributes.ts";
import {
  binaryOf,
  DamagedAttribute,
  levelOf,
  numberOf,
  optionalCount,
  optionalText,
  partReader,
} from "../../functions/store/attributes.ts";
import { unchangedSince, updateItem } from "../../functions/store/conditional-write.ts";
import { failureAttributes } from "../../functions/store/record-attributes.ts";
import { aFailure } from "../support/a-record.ts";
import { TABLE } from "../support/token-table.ts";

test("what a record lacks is removed, and is not written as nothing", () => {
  expect([optionalText(null), optionalCount(null)]).toEqual([null, null]);
  expect([optionalText(""), optionalCount(0)]).toEqual([{ S: "" }, { N: "0" }]);
});

test("a failure says nothing of a secret's version where none was read", () => {
  const { failure } = failureAttributes(aFailure({ secretVersion: null }));
  expect(failure?.M).not.toHaveProperty("secretVersion");
  expect(failure?.M).not.toHaveProperty("refusedSecretVersion");
});

const largest = Number.MAX_SAFE_INTEGER;

describe("an attribute is damaged", () => {
  const damagedBy = (read: () => unknown) => expect(read).toThrow(new DamagedAttribute("x"));

  test("that is missing", () => {
    for (const read of [numberOf, levelOf, binaryOf]) damagedBy(() => read({}, "x"));
  });

  test("that is no number, or one of another range", () => {
    for (const N of ["-1", "?", String(2 * largest)]) {
      damagedBy(() => numberOf({ x: { N } }, "x"));
      damagedBy(() => levelOf({ x: { N } }, "x"));
    }
    damagedBy(() => numberOf({ x: { N: "1.5" } }, "x"));
    expect(levelOf({ x: { N: "1.5" } }, "x")).toBe(1.5);
    for (const value of [0, largest]) {
      expect(numberOf({ x: { N: String(value) } }, "x")).toBe(value);
      expect(levelOf({ x: { N: String(value) } }, "x")).toBe(value);
    }
  });
});

describe("a part of an item", () => {
  const partOf = (read: Parameters<ReadPart>[0]) => {
    const damage: string[] = [];
    return { value: partReader(damage)(read, "otherwise"), damage };
  };

  test("that is damaged is replaced, and named", () => {
    expect(partOf(() => numberOf({}, "x"))).toEqual({ value: "otherwise", damage: ["x"] });
    expect(partOf(() => "whole")).toEqual({ value: "whole", damage: [] });
  });

  test("hides no other failure", () => {
    const bug = new TypeError("a bug");
    const read = () => {
      throw bug;
    };
    expect(() => partOf(read)).toThrow(bug);
  });
});

test("a change is one request, which sets, removes, and asks for what stands there", () => {
  const { onlyIf, given } = unchangedSince({ opaque: { a: { N: "1" }, b: undefined } });
  expect({ onlyIf, given }).toStrictEqual({
    onlyIf: "#a = :seen_a AND attribute_not_exists(#b)",
    given: { seen_a: { N: "1" } },
  });
  const request = (set: Parameters<typeof updateItem>[2]["set"], remove?: readonly string[]) =>
    updateItem(TABLE, "k", { set, ...(remove && { remove }), onlyIf, given });
  expect(request({ c: { S: "x" }, d: null }, ["e"])).toStrictEqual({
    TableName: TABLE,
    Key: { pk: { S: "k" } },
    UpdateExpression: "SET #c = :c REMOVE #e, #d",
    ConditionExpression: onlyIf,
    ExpressionAttributeNames: { "#c": "c", "#e": "e", "#d": "d", "#a": "a", "#b": "b" },
    ExpressionAttributeValues: { ":c": { S: "x" }, ":seen_a": { N: "1" } },
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  expect(request({ c: { S: "x" } }).UpdateExpression).toBe("SET #c = :c");
  expect(request({}, ["e"]).UpdateExpression).toBe("REMOVE #e");
});
