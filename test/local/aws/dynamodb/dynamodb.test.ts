import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  InternalServerError,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ThrottlingException,
} from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalDynamoDb } from "../../../../local/aws/dynamodb/dynamodb.ts";
import { startDynamoDb } from "../../../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../../../local/aws/dynamodb/dynamodb-tables.ts";

const tokens = {
  name: "Tokens",
  properties: {
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "realm", AttributeType: "S" },
      { AttributeName: "renewAt", AttributeType: "S" },
    ],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
    GlobalSecondaryIndexes: [
      {
        IndexName: "due",
        KeySchema: [
          { AttributeName: "realm", KeyType: "HASH" },
          { AttributeName: "renewAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
        WarmThroughput: { ReadUnitsPerSecond: 1 },
      },
    ],
    TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
    SSESpecification: { SSEEnabled: true },
    DeletionProtectionEnabled: true,
    Replicas: [{ Region: "eu-west-1", PointInTimeRecoverySpecification: {} }],
  },
};

const item = (pk: string) => ({ pk: { S: pk }, realm: { S: "r" }, renewAt: { S: "2026" } });

function clientOf({ url }: { url: string }, maxAttempts = 1): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: url,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts,
  });
}

describe("the local DynamoDB", () => {
  let dynamoDb: LocalDynamoDb;
  let client: DynamoDBClient;

  beforeAll(async () => {
    dynamoDb = await startDynamoDb();
    client = clientOf(dynamoDb);
    await createTables(dynamoDb.url, [tokens]);
  });
  afterEach(() => dynamoDb.clearFaults());
  afterAll(async () => {
    client.destroy();
    await dynamoDb.stop();
  });

  it("creates a table with its indexes from CloudFormation's properties", async () => {
    await client.send(new PutItemCommand({ TableName: "Tokens", Item: item("indexed") }));
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: "Tokens",
        IndexName: "due",
        KeyConditionExpression: "realm = :realm",
        ExpressionAttributeValues: { ":realm": { S: "r" } },
      }),
    );
    expect(Items).toContainEqual(item("indexed"));
  });

  it("does not change a table that exists", async () => {
    await client.send(new PutItemCommand({ TableName: "Tokens", Item: item("kept") }));
    await createTables(dynamoDb.url, [tokens]);
    const Key = { pk: { S: "kept" } };
    const { Item } = await client.send(new GetItemCommand({ TableName: "Tokens", Key }));
    expect(Item).toEqual(item("kept"));
  });

  it("lets exactly one of many conditional writes win", async () => {
    const put = () =>
      client.send(
        new PutItemCommand({
          TableName: "Tokens",
          Item: item("contested"),
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      );
    const results = await Promise.allSettled(Array.from({ length: 50 }, put));
    const lost = results.filter((result) => result.status === "rejected");
    expect(lost).toHaveLength(49);
    expect(lost[0]?.reason).toBeInstanceOf(ConditionalCheckFailedException);
  });

  it("counts requests by operation", async () => {
    dynamoDb.requests.reset();
    const Key = { pk: { S: "counted" } };
    await client.send(new GetItemCommand({ TableName: "Tokens", Key }));
    await client.send(new GetItemCommand({ TableName: "Tokens", Key }));
    await client.send(new ListTablesCommand({}));
    expect([...dynamoDb.requests.byOperation]).toEqual([
      ["GetItem", 2],
      ["ListTables", 1],
    ]);
    expect(dynamoDb.requests.total()).toBe(3);
  });

  it("counts a request that the SDK sends again once", async () => {
    const patient = clientOf(dynamoDb, 3);
    dynamoDb.requests.reset();
    dynamoDb.injectFault({ fault: "throttle" });
    await patient.send(new ListTablesCommand({}));
    expect(dynamoDb.requests.total()).toBe(1);
    patient.destroy();
  });

  it("throttles, fails, delays and disconnects on demand", async () => {
    const list = () => client.send(new ListTablesCommand({}));
    dynamoDb.injectFault({ fault: "throttle" });
    await expect(list()).rejects.toBeInstanceOf(ThrottlingException);
    dynamoDb.injectFault({ operation: "ListTables", fault: "fail" });
    await expect(list()).rejects.toBeInstanceOf(InternalServerError);
    dynamoDb.injectFault({ fault: "disconnect" });
    await expect(list()).rejects.toThrow(/hang up|ECONNRESET/);
    dynamoDb.injectFault({ delayMs: 80 });
    const start = performance.now();
    await list();
    expect(performance.now() - start).toBeGreaterThan(75);
  });

  it("survives a client that dies during its request", async () => {
    const socket = connect(dynamoDb.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect(TableNames).toEqual(["Tokens"]);
  });
});

it("stops without an error while writes are under way that nobody waits for", async () => {
  const stopped = await startDynamoDb();
  await createTables(stopped.url, [tokens]);
  const writer = clientOf(stopped);
  const writes = Array.from({ length: 100 }, (_, at) =>
    writer.send(new PutItemCommand({ TableName: "Tokens", Item: item(`${at}`) })),
  );
  await Promise.race(writes);
  writer.destroy();
  await stopped.stop();
  await Promise.allSettled(writes);
});

describe("DynamoDB's folder", () => {
  it("keeps tables and items over a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dynamodb-"));
    const before = await startDynamoDb({ folder });
    await createTables(before.url, [tokens]);
    const writer = clientOf(before);
    await writer.send(new PutItemCommand({ TableName: "Tokens", Item: item("kept") }));
    writer.destroy();
    await before.stop();

    const after = await startDynamoDb({ folder, port: before.port });
    const reader = clientOf(after);
    const Key = { pk: { S: "kept" } };
    const { Item } = await reader.send(new GetItemCommand({ TableName: "Tokens", Key }));
    const { Table } = await reader.send(new DescribeTableCommand({ TableName: "Tokens" }));
    reader.destroy();
    await after.stop();
    await rm(folder, { recursive: true });

    expect(Item).toEqual(item("kept"));
    expect(Table?.TableStatus).toBe("ACTIVE");
  });
});
