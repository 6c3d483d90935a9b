import { expect, test } from "vitest";
import { capacityUnits } from "../../bench/world/capacity-units.ts";

const none = { readUnits: 0, writeUnits: 0, indexWriteUnits: 0, entries: 0 };

function unitsOf(operation: string, body: object, answer: object, status = 200) {
  const content = Buffer.from(JSON.stringify(answer));
  return capacityUnits({
    operation,
    body: JSON.stringify(body),
    answer: { at: 0, status, content },
  });
}

/** An item of so many bytes. */
const item = (bytes: number) => ({ pk: { S: "x".repeat(bytes - 2) } });

test.each([
  [1, 4096],
  [2, 4097],
])("a strongly consistent read costs %i for %i bytes", (readUnits, bytes) => {
  expect(unitsOf("GetItem", {}, { Item: item(bytes) })).toEqual({ ...none, readUnits });
});

test("a read of nothing costs as much as one of a small item", () => {
  expect(unitsOf("GetItem", {}, {})).toEqual({ ...none, readUnits: 1 });
});

test("bytes count as they are stored, not as they are sent", () => {
  const B = Buffer.alloc(4000).toString("base64");
  expect(unitsOf("GetItem", {}, { Item: { sealed: { B } } })).toEqual({ ...none, readUnits: 1 });
});

test("a query of an index costs half, for all its entries together", () => {
  const Items = Array.from({ length: 100 }, () => item(82));
  expect(unitsOf("Query", {}, { Items })).toEqual({ ...none, readUnits: 1.5, entries: 100 });
  expect(unitsOf("Query", {}, { Items: [] })).toEqual({ ...none, readUnits: 0.5 });
});

test("a batch costs what its items cost one by one", () => {
  const Responses = { Tokens: [item(100), item(5000)] };
  expect(unitsOf("BatchGetItem", {}, { Responses })).toEqual({ ...none, readUnits: 3 });
});

test("a write costs by the size of the whole item, and two more if it moves its index entry", () => {
  const lease = { UpdateExpression: "SET #leaseOwner = :leaseOwner" };
  const Attributes = item(2049);
  expect(unitsOf("UpdateItem", lease, { Attributes })).toEqual({ ...none, writeUnits: 3 });
  const commit = { UpdateExpression: "SET #dueAt = :dueAt" };
  const moved = { ...none, writeUnits: 5, indexWriteUnits: 2 };
  expect(unitsOf("UpdateItem", commit, { Attributes })).toEqual(moved);
});

test("a refused write costs as much, and moves nothing", () => {
  const commit = { UpdateExpression: "SET #dueAt = :dueAt" };
  const refused = { __type: "ConditionalCheckFailedException", Item: item(2049) };
  expect(unitsOf("UpdateItem", commit, refused, 400)).toEqual({ ...none, writeUnits: 3 });
});
