import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { FailedCall, SdkOptions } from "../platform/aws-connection.ts";
import { reportFailures } from "../platform/aws-connection.ts";
import { getItemInput, getItemsInput, unavailable, updateItem } from "./conditional-write.ts";
import type { ItemTable } from "./item-table.ts";

export function openDynamoDb(options: SdkOptions, failed?: FailedCall): DynamoDBClient {
  const client = new DynamoDBClient(options);
  if (failed) reportFailures(client, failed);
  return client;
}

/** The table as the SDK reaches it, with its retries. */
export function sdkItemTable(client: DynamoDBClient, tableName: string): ItemTable {
  const read: ItemTable["read"] = async (pk, signal) => {
    const command = new GetItemCommand(getItemInput(tableName, pk));
    try {
      const { Item: item } = await client.send(command, { abortSignal: signal });
      return item ?? null;
    } catch (error) {
      throw unavailable(error);
    }
  };

  return {
    read,

    async readBoth(pk, other, signal) {
      const command = new BatchGetItemCommand(getItemsInput(tableName, [pk, other]));
      const answer = await client.send(command, { abortSignal: signal }).catch((error) => {
        throw unavailable(error);
      });
      const items = answer.Responses?.[tableName] ?? [];
      const left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
      const itemOf = async (key: string) =>
        left.some((each) => each["pk"]?.S === key)
          ? read(key, signal)
          : (items.find((item) => item["pk"]?.S === key) ?? null);
      return [await itemOf(pk), await itemOf(other)];
    },

    async write(pk, change, signal) {
      const command = new UpdateItemCommand(updateItem(tableName, pk, change));
      try {
        const { Attributes: item = {} } = await client.send(command, { abortSignal: signal });
        return { done: true, item };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
        // Not every DynamoDB implementation returns the item of a refused write.
        return { done: false, item: error.Item ?? (await read(pk, signal)) };
      }
    },
  };
}
