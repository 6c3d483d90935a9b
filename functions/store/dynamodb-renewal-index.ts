import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Connection } from "../model/connection.ts";
import { realmName } from "../model/connection.ts";
import type { RenewalIndex } from "../model/renewal-index.ts";
import { instant, text } from "./attributes.ts";
import { dueNames } from "./items.ts";
import { unavailable } from "./unavailable.ts";
import { updateItem } from "./update-item.ts";

/** Keys and instants only, and only of records that carry `dueRealm` (infra/constructs/token-table.ts). */
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
        for (const item of page.Items ?? []) {
          yield {
            connection: item["pk"]?.S as Connection,
            dueAt: new Date(Number(item["dueAt"]?.N)),
            dueUntil: new Date(Number(item["dueUntil"]?.N)),
          };
        }
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
      // Nothing of the record is looked at.
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
