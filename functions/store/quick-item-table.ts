import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AwsConnection } from "../platform/aws-connection.ts";
import { onFirstUse } from "../platform/on-first-use.ts";
import { getItemInput, getItemsInput, unavailable } from "./conditional-write.ts";
import { itemInAnswer, itemsInAnswer } from "./item-in-answer.ts";
import type { ItemTable } from "./item-table.ts";

/** Reads without the SDK, which is loaded for a write, and for a read that gets no clear answer. */
export function quickItemTable(
  aws: Pick<AwsConnection, "read">,
  client: () => Promise<DynamoDBClient>,
  tableName: string,
): ItemTable {
  const sdkTable = onFirstUse(async () => {
    const { sdkItemTable } = await import("./sdk-item-table.ts");
    return sdkItemTable(await client(), tableName);
  });
  const ask = (operation: string, input: object, signal: AbortSignal) =>
    aws.read(
      {
        ...{ service: "dynamodb", jsonVersion: "1.0", input },
        target: `DynamoDB_20120810.${operation}`,
      },
      signal,
    );
  const sdkTableFor = (signal: AbortSignal) => {
    // Nobody waits for the answer any more.
    if (signal.aborted) throw unavailable(new DOMException(undefined, "AbortError"));
    return sdkTable();
  };
  return {
    async read(pk, signal) {
      const item = itemInAnswer(await ask("GetItem", getItemInput(tableName, pk), signal));
      return item !== undefined ? item : (await sdkTableFor(signal)).read(pk, signal);
    },

    async readBoth(pk, other, signal) {
      const answer = await ask("BatchGetItem", getItemsInput(tableName, [pk, other]), signal);
      const items = itemsInAnswer(answer, tableName);
      if (items) return [items.get(pk) ?? null, items.get(other) ?? null];
      return (await sdkTableFor(signal)).readBoth(pk, other, signal);
    },

    write: async (pk, change, signal) => (await sdkTable()).write(pk, change, signal),
  };
}
