import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Connection, RealmId } from "../model/connection.ts";
import { realmName, realmOf } from "../model/connection.ts";
import type { DueRenewal, RenewalIndex } from "../model/renewal-index.ts";
import type { Item } from "./attributes.ts";
import { DamagedAttribute, instant, instantOf, text, textOf } from "./attributes.ts";
import { unavailable, updateItem } from "./conditional-write.ts";
import { dueNames } from "./record-attributes.ts";

/** A sparse index of the records with `dueRealm`: keys and instants only (infra/constructs/token-table.ts). */
const indexName = "due";
const pageSize = 100;

const stillLapsed = "#dueUntil < :now";

export function dynamoDbRenewalIndex(client: DynamoDBClient, tableName: string): RenewalIndex {
  return {
    async *due(realm, before, signal) {
      let start: Record<string, AttributeValue> | undefined;
      do {
        const command = new QueryCommand({
          TableName: tableName,
          IndexName: indexName,
          KeyConditionExpression: "#dueRealm = :realm AND #dueAt < :before",
          ExpressionAttributeNames: { "#dueRealm": "dueRealm", "#dueAt": "dueAt" },
          ExpressionAttributeValues: {
            ":realm": text(realmName(realm)),
            ":before": instant(before),
          },
          Limit: pageSize,
          ExclusiveStartKey: start,
        });
        const page = await client.send(command, { abortSignal: signal }).catch((error) => {
          throw unavailable(error);
        });
        yield* (page.Items ?? []).flatMap((item) => readDueRenewal(item, realm) ?? []);
        start = page.LastEvaluatedKey;
      } while (start);
    },

    async prune(connection, now, signal) {
      const change = {
        set: {},
        remove: dueNames,
        onlyIf: stillLapsed,
        given: { now: instant(now) },
      };
      // The answer is not needed.
      const command = new UpdateItemCommand({
        ...updateItem(tableName, connection, change),
        ReturnValues: "NONE",
        ReturnValuesOnConditionCheckFailure: "NONE",
      });
      try {
        await client.send(command, { abortSignal: signal });
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      }
    },
  };
}

/**
 * Null for an entry that is damaged (the next vend repairs it) or of another realm, whose role can write this realm's
 * name into its own items.
 */
function readDueRenewal(item: Item, realm: RealmId): DueRenewal | null {
  try {
    const connection = textOf(item, "pk") as Connection;
    if (realmOf(connection) !== realmName(realm)) return null;
    return {
      connection,
      dueAt: instantOf(item, "dueAt"),
      dueUntil: instantOf(item, "dueUntil"),
    };
  } catch (error) {
    if (error instanceof DamagedAttribute) return null;
    throw error;
  }
}
