// DynamoDB as a process of its own, so that no candidate waits for the bench's other work.
import { setTimeout as sleep } from "node:timers/promises";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import type { TableDefinition } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { ALLOW_ALL } from "../../local/aws/sigv4/guard.ts";
import { tokenTable } from "../../test/support/token-table.ts";
import { answerCalls } from "../processes/answer-calls.ts";

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

let writes: number[] = [];
const dynamoDb = await startDynamoDb({
  returnsRefusedItems: true,
  guard: {
    ...ALLOW_ALL,
    authenticate: async () => {
      await sleep(addedMs);
      return undefined;
    },
  },
  onAnswer: ({ operation, answer }) => {
    if (operation !== "GetItem" && answer.status === 200) writes.push(answer.at);
  },
});
await createTables(dynamoDb.url, tables);

answerCalls({
  url: () => dynamoDb.url,
  reset: () => {
    writes = [];
    dynamoDb.requests.reset();
  },
  requests: () => dynamoDb.requests.total(),
  /** When writes were answered since the reset, in milliseconds since 1970. */
  writes: () => writes,
});
