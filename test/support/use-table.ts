import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll } from "vitest";
import type { LocalDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { clientOf } from "./stack-token-store.ts";
import { tokenTable } from "./token-table.ts";

/** A table on dynalite for the tests of one file. */
export function useTable(): () => DynamoDBClient {
  let database: LocalDynamoDb;
  let client: DynamoDBClient;
  beforeAll(async () => {
    database = await startDynamoDb();
    await createTables(database.url, [tokenTable]);
    client = clientOf(database.url);
  });
  afterAll(async () => {
    client.destroy();
    await database.stop();
  });
  return () => client;
}
