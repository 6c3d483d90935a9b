import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AwsConnection } from "../platform/aws-connection.ts";
import { onFirstUse } from "../platform/on-first-use.ts";
import { getItemInput, unavailable } from "./conditional-write.ts";
import { itemInAnswer } from "./item-in-answer.ts";
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
  return {
    async read(pk, signal) {
      const answer = await aws.read(
        {
          ...{ service: "dynamodb", region: null, jsonVersion: "1.0" },
          target: "DynamoDB_20120810.GetItem",
          input: getItemInput(tableName, pk),
        },
        signal,
      );
      const item = itemInAnswer(answer);
      if (item !== undefined) return item;
      // Nobody waits for the answer any more.
      if (signal.aborted) throw unavailable(new DOMException("", "AbortError"));
      return (await sdkTable()).read(pk, signal);
    },

    write: async (pk, change, signal) => (await sdkTable()).write(pk, change, signal),
  };
}
