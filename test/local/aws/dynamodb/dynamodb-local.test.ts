import { execFileSync } from "node:child_process";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { expect, it } from "vitest";
import { createTables } from "../../../../local/aws/dynamodb/dynamodb-tables.ts";
import { javaAvailable, startDynamoDbLocal } from "../../../support/dynamodb-local.ts";
import { unless } from "../../../support/unless.ts";

const canRun = javaAvailable();

it.skipIf(!canRun)(
  `DynamoDB Local starts, creates tables and ends when it is stopped${unless(canRun, "Java 17 or newer on the PATH")}`,
  async () => {
    const dynamoDb = await startDynamoDbLocal();
    await createTables(dynamoDb.url, [
      {
        name: "Tokens",
        properties: {
          AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        },
      },
    ]);
    const client = new DynamoDBClient({
      endpoint: dynamoDb.url,
      region: "other",
      credentials: { accessKeyId: "another", secretAccessKey: "key" },
    });
    const { TableNames } = await client.send(new ListTablesCommand({}));
    client.destroy();
    await dynamoDb.stop();

    expect(TableNames).toEqual(["Tokens"]);
    const running = execFileSync("ps", ["-eo", "args"]).toString();
    expect(running).not.toContain(`-port ${dynamoDb.port}`);
  },
);
