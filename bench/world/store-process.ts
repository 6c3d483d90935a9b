// DynamoDB as a process of its own, so that no candidate waits for the bench's other work.
import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDbAnswer } from "../../local/aws/dynamodb/dynamodb.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import type { TableDefinition } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { ALLOW_ALL } from "../../local/aws/sigv4/guard.ts";
import { TABLE, tokenTable } from "../../test/support/token-table.ts";
import { answerCalls } from "../processes/answer-calls.ts";
import { capacityUnits } from "./capacity-units.ts";
import type { PlantCall } from "./planted-records.ts";
import { listDue, plantRecords } from "./planted-records.ts";
import type { TableUsage } from "./world.ts";

/** What a request to DynamoDB takes longer than to this emulator. */
const addedMs = 4;

function tableOf(name: string, ...keys: readonly string[]): TableDefinition {
  const [hash = "id", range] = keys;
  return {
    name,
    properties: {
      AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: hash, KeyType: "HASH" },
        ...(range ? [{ AttributeName: range, KeyType: "RANGE" }] : []),
      ],
    },
  };
}

/** The tables of the candidates, each with the keys that its documentation asks for. */
const tables = [
  tokenTable,
  tableOf("PeerTokens", "id"),
  tableOf("PeerLocks", "id"),
  tableOf("GroupedLocks", "lockId", "lockGroup"),
  tableOf("Idempotency", "id"),
  tableOf("Cache", "id"),
];

const noUsage = (): TableUsage => ({
  byOperation: {},
  readUnits: 0,
  writeUnits: 0,
  indexWriteUnits: 0,
  entries: 0,
  refusedWrites: 0,
});
let writes: number[] = [];
/** Null: not counted, because that costs the store time. */
let usage: TableUsage | null = null;

function count(each: DynamoDbAnswer): void {
  if (!usage) return;
  const units = capacityUnits(each);
  const { byOperation } = usage;
  const made = (byOperation[each.operation] ?? 0) + 1;
  usage = {
    byOperation: { ...byOperation, [each.operation]: made },
    readUnits: usage.readUnits + units.readUnits,
    writeUnits: usage.writeUnits + units.writeUnits,
    indexWriteUnits: usage.indexWriteUnits + units.indexWriteUnits,
    entries: usage.entries + units.entries,
    refusedWrites: usage.refusedWrites + (each.answer.status === 200 ? 0 : 1),
  };
}

const dynamoDb = await startDynamoDb({
  returnsRefusedItems: true,
  guard: {
    ...ALLOW_ALL,
    authenticate: async () => {
      await sleep(addedMs);
      return undefined;
    },
  },
  onAnswer: (each) => {
    const { operation, answer } = each;
    count(each);
    if (operation === "UpdateItem" && answer.status === 200) writes.push(answer.at);
  },
});
await createTables(dynamoDb.url, tables);

answerCalls({
  url: () => dynamoDb.url,
  reset: () => {
    writes = [];
    usage = null;
    dynamoDb.requests.reset();
  },
  requests: () => dynamoDb.requests.total(),
  /** When writes were answered since the reset, in milliseconds since 1970. */
  writes: () => writes,
  /** Counts operations and capacity units from now on. */
  beginUsage: () => {
    usage = noUsage();
  },
  usage: () => usage ?? noUsage(),
  plant: async (call: PlantCall) => {
    usage = null;
    await plantRecords(dynamoDb.url, TABLE, call);
  },
  due: ({ realm }: { realm: string }) => listDue(dynamoDb.url, TABLE, realm),
});
