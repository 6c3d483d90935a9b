import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { DynamoDbAnswer } from "../../local/aws/dynamodb/dynamodb.ts";
import { itemSize } from "../../test/support/dynamodb-size.ts";

type Item = Record<string, AttributeValue>;

/** What one request costs, as DynamoDB would bill it. */
export interface CapacityUnits {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Of `writeUnits`, those of the index `due`: it has one partition for each realm. */
  readonly indexWriteUnits: number;
  /** Entries that a query returned. */
  readonly entries: number;
}

const nothing: CapacityUnits = { readUnits: 0, writeUnits: 0, indexWriteUnits: 0, entries: 0 };
/** A strongly consistent read unit, and a write unit. */
const [readBytes, writeBytes] = [4096, 1024];
/** An entry of the index whose sort key changes is deleted and written again; each takes one unit below 1 KB. */
const movedEntryUnits = 2;

/**
 * The units of an answered request, by the sizes of its items. A refused conditional write costs as much as one that takes
 * effect: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function capacityUnits({ operation, body, answer }: DynamoDbAnswer): CapacityUnits {
  const given = JSON.parse(body);
  const said = JSON.parse(String(answer.content) || "{}");
  switch (operation) {
    case "GetItem":
      return { ...nothing, readUnits: readUnitsOf(said.Item) };
    case "BatchGetItem":
      return {
        ...nothing,
        readUnits: sum(Object.values<Item[]>(said.Responses).flat().map(readUnitsOf)),
      };
    case "Query": {
      const items: Item[] = said.Items ?? [];
      // Eventually consistent; the sum of the sizes is rounded up.
      const units = Math.max(1, Math.ceil(sum(items.map(sizeOf)) / readBytes)) / 2;
      return { ...nothing, readUnits: units, entries: items.length };
    }
    case "UpdateItem": {
      const isRefused = answer.status !== 200;
      const moves = !isRefused && /\bdueAt\b/.test(given.UpdateExpression);
      const indexWriteUnits = moves ? movedEntryUnits : 0;
      const writeUnits = writeUnitsOf(isRefused ? said.Item : said.Attributes) + indexWriteUnits;
      return { ...nothing, writeUnits, indexWriteUnits };
    }
    default:
      throw new RangeError(`What ${operation} costs is not known.`);
  }
}

/** A missing item costs as much as a small one. */
function readUnitsOf(item: Item | undefined): number {
  return Math.max(1, Math.ceil(sizeOf(item) / readBytes));
}

function writeUnitsOf(item: Item | undefined): number {
  return Math.max(1, Math.ceil(sizeOf(item) / writeBytes));
}

/** JSON has bytes as Base64. */
function sizeOf(item: Item | undefined): number {
  const bytes = (value: AttributeValue): AttributeValue =>
    value.B === undefined ? value : { B: Buffer.from(String(value.B), "base64") };
  const entries = Object.entries(item ?? {}).map(([name, value]) => [name, bytes(value)] as const);
  return itemSize(Object.fromEntries(entries));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
