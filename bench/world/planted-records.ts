import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";

type Item = Record<string, AttributeValue>;

/** Copies of one connection's record for others, each due at its own instant. */
export interface PlantCall {
  readonly from: string;
  /** Names, and when each is due: milliseconds since 1970. */
  readonly copies: readonly { readonly connection: string; readonly dueAt: number }[];
  /** Until when the schedule renews them. */
  readonly keptUntil: number;
}

/** A connection in the index `due`. */
export interface DueEntry {
  readonly connection: string;
  readonly dueAt: number;
}

/** DynamoDB's limit for one BatchWriteItem. */
const batchSize = 25;
const writers = 8;
/** What moves with the instant at which a copy is due. */
const movedNames = ["requestedAt", "issuedAt", "usableUntil", "expiresAt", "renewAt", "dueAt"];

/**
 * Ten thousand tokens cannot be issued in a minute, so their records are copied. A copied token does not open, because it
 * is bound to its connection: a renewal does not open it, and a vend of it would report it as rejected.
 */
export async function plantRecords(
  endpoint: string,
  table: string,
  call: PlantCall,
): Promise<void> {
  const client = clientOf(endpoint);
  const key = { pk: { S: call.from } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key }));
  if (!Item) throw new Error(`${call.from} has no record to copy.`);
  const items = call.copies.map((copy) => copyOf(Item, copy, call.keptUntil));
  const write = async () => {
    for (
      let some = items.splice(0, batchSize);
      some.length > 0;
      some = items.splice(0, batchSize)
    ) {
      const puts = some.map((each) => ({ PutRequest: { Item: each } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  client.destroy();
}

function copyOf(
  item: Item,
  { connection, dueAt }: PlantCall["copies"][number],
  keptUntil: number,
): Item {
  const laterMs = Math.round(dueAt) - Number(item["dueAt"]?.N);
  const moved = movedNames.flatMap((name) => {
    const at = item[name]?.N;
    return at === undefined ? [] : [[name, { N: String(Number(at) + laterMs) }] as const];
  });
  const kept = { N: String(Math.round(keptUntil)) };
  return {
    ...item,
    ...Object.fromEntries(moved),
    pk: { S: connection },
    keptUntil: kept,
    dueUntil: kept,
  };
}

/** What the index `due` holds of a realm, soonest first. */
export async function listDue(
  endpoint: string,
  table: string,
  realm: string,
): Promise<readonly DueEntry[]> {
  const client = clientOf(endpoint);
  const found: DueEntry[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: "due",
        KeyConditionExpression: "dueRealm = :realm",
        ExpressionAttributeValues: { ":realm": { S: realm } },
        ExclusiveStartKey: start,
      }),
    );
    for (const { pk, dueAt } of page.Items ?? []) {
      found.push({ connection: pk?.S ?? "", dueAt: Number(dueAt?.N) });
    }
    start = page.LastEvaluatedKey;
  } while (start);
  client.destroy();
  return found;
}

function clientOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new DynamoDBClient({ endpoint, region: LOCAL_LOCATION.region, credentials });
}
