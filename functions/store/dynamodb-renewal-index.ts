import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Connection } from "../model/connection.ts";
import { realmName } from "../model/connection.ts";
import type { RenewalIndex } from "../model/renewal-index.ts";
import { instant, text } from "./attributes.ts";
import { unavailable } from "./unavailable.ts";

/** Keys and instants only, and only of records that carry `dueRealm` (infra/constructs/token-table.ts). */
const indexName = "due";
const pageSize = 100;

export function dynamoDbRenewalIndex(client: DynamoDBClient, tableName: string): RenewalIndex {
  return {
    async *due(realm, now, before, signal) {
      let start: Record<string, AttributeValue> | undefined;
      do {
        const command = new QueryCommand({
          TableName: tableName,
          IndexName: indexName,
          KeyConditionExpression: "#dueRealm = :realm AND #dueAt < :before",
          // A connection that nobody could renew stays in the index: it lapses here.
          FilterExpression: "#dueUntil >= :now",
          ExpressionAttributeNames: {
            "#dueRealm": "dueRealm",
            "#dueAt": "dueAt",
            "#dueUntil": "dueUntil",
          },
          ExpressionAttributeValues: {
            ":realm": text(realmName(realm)),
            ":before": instant(before),
            ":now": instant(now),
          },
          Limit: pageSize,
          ExclusiveStartKey: start,
        });
        const page = await client.send(command, { abortSignal: signal }).catch((error) => {
          throw unavailable(error);
        });
        for (const item of page.Items ?? []) {
          const dueAt = new Date(Number(item["dueAt"]?.N));
          yield { connection: item["pk"]?.S as Connection, dueAt };
        }
        start = page.LastEvaluatedKey;
      } while (start);
    },
  };
}
