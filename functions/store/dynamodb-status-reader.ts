import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Clock } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { realmName } from "../model/connection.ts";
import type { StatusReader } from "../model/status-reader.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Item } from "./attributes.ts";
import { text } from "./attributes.ts";
import { readRecord } from "./items.ts";
import { statusAttributes } from "./status-attributes.ts";
import { unavailable } from "./unavailable.ts";

/** Keys only: a connection enters it with its first lease, and nothing is written to it after that. */
const indexName = "connections";

/** What DynamoDB could not read at once is asked for again so many times, first after so long, then twice as long. */
const tries = 4;
const firstPauseMs = 50;

/** Status attributes of the token table, each request naming them: no other request is granted. */
export function dynamoDbStatusReader(
  client: DynamoDBClient,
  tableName: string,
  clock: Clock,
): StatusReader {
  const names = Object.fromEntries(statusAttributes.map((name) => [`#${name}`, name]));

  async function readSome(keys: readonly Item[], signal: AbortSignal) {
    const request = {
      Keys: [...keys],
      ConsistentRead: true,
      ProjectionExpression: Object.keys(names).join(", "),
      ExpressionAttributeNames: names,
    };
    const command = new BatchGetItemCommand({ RequestItems: { [tableName]: request } });
    const answer = await client.send(command, { abortSignal: signal });
    return {
      items: answer.Responses?.[tableName] ?? [],
      unread: answer.UnprocessedKeys?.[tableName]?.Keys ?? [],
    };
  }

  async function readAll(keys: readonly Item[], signal: AbortSignal): Promise<Item[]> {
    const items: Item[] = [];
    let unread = keys;
    for (let tried = 0; unread.length > 0; tried += 1) {
      if (tried === tries) throw unavailable(new Error("throttled"));
      if (tried > 0) await clock.sleep(firstPauseMs * 2 ** (tried - 1), signal);
      const some = await readSome(unread, signal);
      items.push(...some.items);
      unread = some.unread;
    }
    return items;
  }

  return {
    async connectionsOf(realm, after, atMost, signal) {
      const start = after && { pk: text(after), realm: text(realmName(realm)) };
      const command = new QueryCommand({
        TableName: tableName,
        IndexName: indexName,
        KeyConditionExpression: "#realm = :realm",
        ProjectionExpression: "#pk",
        Select: "SPECIFIC_ATTRIBUTES",
        ExpressionAttributeNames: { "#realm": "realm", "#pk": "pk" },
        ExpressionAttributeValues: { ":realm": text(realmName(realm)) },
        Limit: atMost,
        ...(start ? { ExclusiveStartKey: start } : {}),
      });
      const page = await client.send(command, { abortSignal: signal }).catch((error) => {
        throw unavailable(error);
      });
      return (page.Items ?? []).map(({ pk }) => pk?.S as Connection);
    },

    async read(connections, signal) {
      const keys = connections.map((connection) => ({ pk: text(connection) }));
      const items = await readAll(keys, signal).catch((error) => {
        throw unavailable(error);
      });
      const records = new Map(items.map((item) => [item["pk"]?.S, item]));
      return connections.flatMap((connection) => {
        const item = records.get(connection);
        return item ? [recordWithoutToken(item)] : [];
      });
    },
  };
}

/** Whoever may not read what is sealed still sees whether it is there: it has a fingerprint. */
function recordWithoutToken(item: Record<string, AttributeValue>): TokenRecord {
  const unread = { B: new Uint8Array() };
  return readRecord({
    ...item,
    ...(item["fingerprint"] ? { sealed: unread } : {}),
    ...(item["refreshFingerprint"] ? { sealedRefresh: unread } : {}),
  });
}
