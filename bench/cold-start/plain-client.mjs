// What a Lambda has that reads one item and does nothing else.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});

export async function handler({ account }) {
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: process.env.TABLE_NAME,
      Key: { pk: { S: `client-credentials/bench/${account}` } },
      ConsistentRead: true,
    }),
  );
  return Item;
}
