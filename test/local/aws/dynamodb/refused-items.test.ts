import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalDynamoDb } from "../../../../local/aws/dynamodb/dynamodb.ts";
import { startDynamoDb } from "../../../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../../../local/aws/dynamodb/dynamodb-tables.ts";

const TableName = "Things";
const stored = { id: { S: "one" }, colour: { S: "red" } };
const onlyIf = { ConditionExpression: "attribute_not_exists(id)" } as const;
const asked = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;

describe("a DynamoDB that returns refused items", () => {
  let dynamoDb: LocalDynamoDb;
  let client: DynamoDBClient;

  beforeAll(async () => {
    dynamoDb = await startDynamoDb({ returnsRefusedItems: true });
    const properties = {
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    };
    await createTables(dynamoDb.url, [{ name: TableName, properties }]);
    client = new DynamoDBClient({
      endpoint: dynamoDb.url,
      region: "local",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    await client.send(new PutItemCommand({ TableName, Item: stored }));
    dynamoDb.requests.reset();
  });
  afterAll(async () => {
    client.destroy();
    await dynamoDb.stop();
  });

  async function refusalOf(command: PutItemCommand | UpdateItemCommand) {
    const refusal = await client.send(command as PutItemCommand).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
    return refusal as ConditionalCheckFailedException;
  }

  it("returns what stands in the way of a put and of an update, in one request", async () => {
    const put = new PutItemCommand({ TableName, Item: { id: { S: "one" } }, ...onlyIf, ...asked });
    expect((await refusalOf(put)).Item).toEqual(stored);
    const update = new UpdateItemCommand({
      TableName,
      Key: { id: { S: "one" } },
      UpdateExpression: "SET colour = :blue",
      ExpressionAttributeValues: { ":blue": { S: "blue" } },
      ...onlyIf,
      ...asked,
    });
    expect((await refusalOf(update)).Item).toEqual(stored);
    expect(dynamoDb.requests.total()).toBe(2);
  });

  it("returns no item to a write that did not ask, or that met none", async () => {
    const put = new PutItemCommand({ TableName, Item: { id: { S: "one" } }, ...onlyIf });
    expect((await refusalOf(put)).Item).toBeUndefined();
    const update = new UpdateItemCommand({
      TableName,
      Key: { id: { S: "two" } },
      UpdateExpression: "SET colour = :blue",
      ConditionExpression: "attribute_exists(id)",
      ExpressionAttributeValues: { ":blue": { S: "blue" } },
      ...asked,
    });
    expect((await refusalOf(update)).Item).toBeUndefined();
  });

  it("leaves writes that are allowed as they are", async () => {
    const Item = { id: { S: "three" } };
    await client.send(new PutItemCommand({ TableName, Item, ...onlyIf, ...asked }));
  });
});
