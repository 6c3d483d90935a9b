import { Readable } from "node:stream";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { itemInAnswer, itemsInAnswer } from "../../functions/store/item-in-answer.ts";

/** What the SDK makes of an answer of DynamoDB's. */
async function readBySdk(answer: object): Promise<object | null> {
  const body = Readable.from([Buffer.from(JSON.stringify(answer))]);
  const headers = { "content-type": "application/x-amz-json-1.0" };
  const handle = async () => ({ response: { statusCode: 200, headers, body } });
  const client = new DynamoDBClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "a" },
    requestHandler: { handle } as never,
  });
  const { Item } = await client.send(new GetItemCommand({ TableName: "t", Key: {} }));
  return Item ?? null;
}

const base64 = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));
const digits = fc.integer().map(String);
const name = fc.string({ minLength: 1, maxLength: 8 });
/** An attribute of any type, as DynamoDB writes it in JSON. */
const { attribute } = fc.letrec((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 3 },
    fc.record({ S: fc.string() }),
    fc.record({ N: digits }),
    fc.record({ B: base64 }),
    fc.record({ BOOL: fc.boolean() }),
    fc.record({ NULL: fc.constant(true) }),
    fc.record({ SS: fc.array(fc.string()) }),
    fc.record({ NS: fc.array(digits) }),
    fc.record({ BS: fc.array(base64) }),
    fc.record({ L: fc.array(tie("attribute"), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(name, tie("attribute"), { maxKeys: 3 }) }),
  ),
}));

describe("an item in DynamoDB's answer", () => {
  test("is read as the SDK reads it, whatever the types of its attributes", async () => {
    const items = fc.dictionary(name, attribute, { maxKeys: 10, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(items, async (Item) => {
        expect(itemInAnswer({ Item })).toEqual(await readBySdk({ Item }));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test("that does not exist is null", () => {
    expect(itemInAnswer({})).toBeNull();
    expect(itemInAnswer({ ConsumedCapacity: { TableName: "t", CapacityUnits: 1 } })).toBeNull();
  });

  test("named like a member of every object is an attribute like any other", () => {
    const answer = JSON.parse('{"Item":{"__proto__":{"S":"own"},"pk":{"S":"a"}}}');
    const item = itemInAnswer(answer);
    expect(Object.keys(item ?? {})).toEqual(["__proto__", "pk"]);
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
  });
});

describe("items in DynamoDB's answer", () => {
  const [a, b] = [
    { pk: { S: "a" }, fence: { N: "1" } },
    { pk: { S: "b" }, fence: { N: "2" } },
  ];

  test.each([
    ["nothing is left", {}],
    ["nothing is said to be left", { UnprocessedKeys: {} }],
  ])("are found by their keys, where %s", (_, rest) => {
    const answer = { Responses: { t: [a, b] }, ...rest };
    expect(itemsInAnswer(answer, "t")).toEqual(
      new Map([
        ["a", a],
        ["b", b],
      ]),
    );
  });

  test.each([
    ["some are left for another request", { UnprocessedKeys: { t: { Keys: [{ pk: b.pk }] } } }],
    ["it is not said properly what is left", { UnprocessedKeys: null }],
    ["they are of another table", { Responses: { other: [] } }],
    ["one is damaged", { Responses: { t: [a, { pk: 7 }] } }],
    ["there are none", { Responses: undefined }],
  ])("are not understood where %s", (_, changes) => {
    expect(itemsInAnswer({ Responses: { t: [a] }, ...changes }, "t")).toBeUndefined();
  });
});

describe("an answer is not understood", () => {
  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a text", "Item"],
    ["a list", [{ Item: {} }]],
    ["an item that is null", { Item: null }],
    ["an item that is a list", { Item: [] }],
    ["an attribute without a type", { Item: { pk: {} } }],
    ["an attribute with two types", { Item: { pk: { S: "a", N: "1" } } }],
    ["an attribute that is a text", { Item: { pk: "a" } }],
    ["an unknown type", { Item: { pk: { T: "2026-11-21" } } }],
    ["a type that every object has", { Item: { pk: { toString: "a" } } }],
    ["a text that is a number", { Item: { pk: { S: 1 } } }],
    ["a number that is a number", { Item: { fence: { N: 1 } } }],
    ["a flag that is a text", { Item: { suspect: { BOOL: "true" } } }],
    ["bytes that are not base64", { Item: { sealed: { B: "not base64!" } } }],
    ["bytes without their padding", { Item: { sealed: { B: "YQ" } } }],
    ["a list that is none", { Item: { ledger: { L: {} } } }],
    ["a damaged entry of a list", { Item: { ledger: { L: [{ S: null }] } } }],
    ["a damaged member of a map", { Item: { failure: { M: { code: 7 } } } }],
    ["a set with a number", { Item: { names: { SS: ["a", 1] } } }],
  ])("%s", (_, answer) => {
    expect(itemInAnswer(answer)).toBeUndefined();
  });
});
