import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { TokenRecord } from "../model/token-record.ts";
import { text } from "./attributes.ts";
import { projectionOf, withoutSealed } from "./dynamodb-status-reader.ts";
import { readRecord } from "./read-record.ts";
import { statusAttributes } from "./status-attributes.ts";

/**
 * A record as an operator's role may read it: what is sealed is empty. Its instants are as somebody has written them, also
 * impossible ones. Null where there is none. Fails with the SDK's errors and, for a record of a newer release, with
 * `internal`.
 */
export async function readRecordAsOperator(
  client: DynamoDBClient,
  tableName: string,
  connection: string,
): Promise<TokenRecord | null> {
  const command = new GetItemCommand({
    TableName: tableName,
    Key: { pk: text(connection) },
    ConsistentRead: true,
    ...projectionOf(statusAttributes),
  });
  const { Item } = await client.send(command);
  return Item ? readRecord(withoutSealed(Item)) : null;
}
