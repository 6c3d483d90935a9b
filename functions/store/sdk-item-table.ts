import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { FailedCall, SdkOptions } from "../platform/aws-connection.ts";
import { getItemInput, unavailable, updateItem } from "./conditional-write.ts";
import type { ItemTable } from "./item-table.ts";

export function openDynamoDb(options: SdkOptions, failed?: FailedCall): DynamoDBClient {
  const client = new DynamoDBClient(options);
  if (failed)
    client.middlewareStack.add((next) => (args) => next(args).catch(failed), {
      step: "initialize",
    });
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
