import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Connection } from "../model/connection.ts";
import type { Notices } from "../model/told.ts";
import { text } from "./attributes.ts";
import type { ItemChange } from "./conditional-write.ts";
import { unavailable, updateItem } from "./conditional-write.ts";
import { toldAttribute } from "./told-attribute.ts";

/** In no realm, so that no realm's functions can write it. */
const positionKey = "~notices";

/**
 * Marks in the table what was told. A mark changes no revision, so it is in nobody's way; a renewal meanwhile keeps it, and
 * what it says is compared with the record when it is published.
 */
export function dynamoDbNotices(client: DynamoDBClient, tableName: string): Notices {
  async function write(pk: string, change: ItemChange, signal: AbortSignal): Promise<boolean> {
    const command = new UpdateItemCommand({
      ...updateItem(tableName, pk, change),
      // The role reads no other attribute.
      ReturnValues: "NONE",
      ReturnValuesOnConditionCheckFailure: "NONE",
    });
    try {
      await client.send(command, { abortSignal: signal });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw unavailable(error);
    }
  }

  return {
    async mark(connection, { stored }, told, signal) {
      const unchanged = stored === null ? "attribute_not_exists(#told)" : "#told = :seen";
      const change = {
        set: { told: toldAttribute(told) },
        onlyIf: `attribute_exists(#pk) AND ${unchanged}`,
        given: stored === null ? {} : { seen: text(stored) },
      };
      return write(connection, change, signal);
    },

    async position(signal) {
      const command = new GetItemCommand({
        TableName: tableName,
        Key: { pk: text(positionKey) },
        ConsistentRead: true,
        ProjectionExpression: "#pk, #told",
        ExpressionAttributeNames: { "#pk": "pk", "#told": "told" },
      });
      const { Item: item } = await client.send(command, { abortSignal: signal }).catch((error) => {
        throw unavailable(error);
      });
      return (item?.["told"]?.S || null) as Connection | null;
    },

    async savePosition(last, signal) {
      // Two walks at once do the same work twice; whoever ends last says where the next begins.
      const change = { set: { told: text(last ?? "") }, onlyIf: always, given: {} };
      await write(positionKey, change, signal);
    },
  };
}

/** Holds of every item. */
const always = "attribute_exists(#pk) OR attribute_not_exists(#pk)";
