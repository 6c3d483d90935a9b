import { DynamoDBClient, ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";

/** The stored pending consents. */
export interface PendingRows {
  count(): Promise<number>;
  /** Expires all pending consents. */
  expireAll(): Promise<void>;
}

export function pendingRows(endpoint: string, TableName: string): PendingRows {
  const client = new DynamoDBClient({
    endpoint,
    region: LOCAL_LOCATION.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  async function keys() {
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    return Items.flatMap(({ pk }) => (pk?.S?.includes("/~consent/") ? [pk] : []));
  }

  return {
    count: async () => (await keys()).length,
    async expireAll() {
      for (const pk of await keys()) {
        await client.send(
          new UpdateItemCommand({
            TableName,
            Key: { pk },
            UpdateExpression: "SET expiresAt = :past",
            ExpressionAttributeValues: { ":past": { N: "1" } },
          }),
        );
      }
    },
  };
}
