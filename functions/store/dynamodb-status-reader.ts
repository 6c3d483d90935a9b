import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Clock } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { realmName } from "../model/connection.ts";
import type { StatusReader } from "../model/connection-status.ts";
import { VendingError } from "../model/errors.ts";
import type { Freeze } from "../model/freeze.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Item } from "./attributes.ts";
import { text } from "./attributes.ts";
import { freezeKey, unavailable } from "./conditional-write.ts";
import { statusAttributes } from "./status-attributes.ts";
import { readTold } from "./told-attribute.ts";

/** Keys only: a connection's first lease adds it, and later writes do not change it. */
const indexName = "connections";

/** Unprocessed keys are requested again, after a pause that doubles. */
const maxAttempts = 4;
const firstPauseMs = 50;

/** Reads the status attributes of the token table. Every request names them, because IAM grants no other request. */
export function dynamoDbStatusReader(
  client: DynamoDBClient,
  tableName: string,
  clock: Clock,
  readRecord: (item: Item) => TokenRecord,
  // Not imported: vending, which reads records too, would load one more module of the bundle.
  readFreeze: (item: Item, of: Freeze["of"]) => Freeze | null,
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
      if (tried === maxAttempts) throw unavailable(new Error("throttled"));
      if (tried > 0) await clock.sleep(firstPauseMs * 2 ** (tried - 1), signal);
      const some = await readSome(unread, signal);
      items.push(...some.items);
      unread = some.unread;
    }
    return items;
  }

  /** Null for a record of a newer release, so that it does not hide the others. */
  function recordOrNull(item: Item): TokenRecord | null {
    try {
      return readRecord(withoutSealed(item));
    } catch (error) {
      if (error instanceof VendingError) return null;
      throw error;
    }
  }

  return {
    async connectionsOf(realm, after, limit, signal) {
      const start = after && { pk: text(after), realm: text(realmName(realm)) };
      const command = new QueryCommand({
        TableName: tableName,
        IndexName: indexName,
        // Any realm's role can write another realm's name into its own items, so the connection decides.
        KeyConditionExpression: "#realm = :realm AND begins_with(#pk, :own)",
        ProjectionExpression: "#pk",
        Select: "SPECIFIC_ATTRIBUTES",
        ExpressionAttributeNames: { "#realm": "realm", "#pk": "pk" },
        ExpressionAttributeValues: {
          ":realm": text(realmName(realm)),
          ":own": text(`${realmName(realm)}/`),
        },
        Limit: limit,
        ...(start ? { ExclusiveStartKey: start } : {}),
      });
      const page = await client.send(command, { abortSignal: signal }).catch((error) => {
        throw unavailable(error);
      });
      return (page.Items ?? []).map(({ pk }) => pk?.S as Connection);
    },

    async freezes(realms, signal) {
      const keys = realms.map((realm) => ({ pk: text(freezeKey(realmName(realm))) }));
      const rows = await readAll(keys, signal).catch((error) => {
        throw unavailable(error);
      });
      const byKey = new Map(rows.map((row) => [row["pk"]?.S, row]));
      return new Map(
        realms.flatMap((realm) => {
          const row = byKey.get(freezeKey(realmName(realm)));
          const freeze = row && readFreeze(row, "realm");
          return freeze ? [[realmName(realm), freeze] as const] : [];
        }),
      );
    },

    async read(connections, signal) {
      const keys = connections.map((connection) => ({ pk: text(connection) }));
      const items = await readAll(keys, signal).catch((error) => {
        throw unavailable(error);
      });
      const records = new Map(items.map((item) => [item["pk"]?.S, item]));
      return connections.flatMap((connection) => {
        const item = records.get(connection);
        return item ? [{ connection, record: recordOrNull(item), told: readTold(item) }] : [];
      });
    },
  };
}

/** Stands in for the sealed attributes, which are not read; their fingerprints tell whether they exist. */
function withoutSealed(item: Item): Item {
  const unread = { B: new Uint8Array() };
  return {
    ...item,
    ...(item["fingerprint"] ? { sealed: unread } : {}),
    ...(item["refreshFingerprint"] ? { sealedRefresh: unread } : {}),
  };
}
