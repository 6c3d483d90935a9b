import { DescribeTableCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { startDynamoDbLocal } from "./dynamodb-local.ts";
import { clientOf } from "./stack-token-store.ts";
import { TABLE, tokenTable } from "./token-table.ts";

/** DynamoDB Local with the token table, to which the stream is added as an update of a deployment adds it. */
export async function startStreamingTable(): ReturnType<typeof startDynamoDbLocal> {
  const dynamoDb = await startDynamoDbLocal();
  await createTables(dynamoDb.url, [tokenTable]);
  const client = clientOf(dynamoDb.url, 10_000);
  const StreamSpecification = {
    ...({ StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } as const),
  };
  await client.send(new UpdateTableCommand({ TableName: TABLE, StreamSpecification }));
  client.destroy();
  return dynamoDb;
}

/** What is used of the answers of https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html */
interface StreamAnswers {
  DescribeStream: { StreamDescription: { Shards: readonly { ShardId: string }[] } };
  GetShardIterator: { ShardIterator: string };
  GetRecords: { Records: readonly DynamoDBRecord[]; NextShardIterator?: string };
}

/** Reads the table's stream from its beginning, as Lambda does: each call returns what was not returned before. */
export async function streamReader(url: string): Promise<() => Promise<DynamoDBRecord[]>> {
  const StreamArn = await streamArnAt(url);
  const { StreamDescription } = await ask(url, "DescribeStream", { StreamArn });
  const iterators = await Promise.all(
    StreamDescription.Shards.map(async ({ ShardId }) => {
      const begin = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
      return (await ask(url, "GetShardIterator", begin)).ShardIterator;
    }),
  );
  return async () => {
    const read: DynamoDBRecord[] = [];
    for (const [at, ShardIterator] of iterators.entries()) {
      const { Records, NextShardIterator } = await ask(url, "GetRecords", { ShardIterator });
      read.push(...Records.map((record) => ({ ...record, eventSourceARN: StreamArn })));
      iterators[at] = NextShardIterator ?? ShardIterator;
    }
    return read;
  };
}

async function streamArnAt(url: string): Promise<string> {
  const client = clientOf(url, 10_000);
  const { Table } = await client.send(new DescribeTableCommand({ TableName: TABLE }));
  client.destroy();
  if (!Table?.LatestStreamArn) throw new Error("The table has no stream.");
  return Table.LatestStreamArn;
}

/** Without the SDK, whose client decodes the records: Lambda passes them on in the wire format. */
async function ask<Operation extends keyof StreamAnswers>(
  url: string,
  operation: Operation,
  input: object,
): Promise<StreamAnswers[Operation]> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDBStreams_20120810.${operation}`,
      // DynamoDB Local asks for a signature, and verifies none.
      authorization:
        "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify(input),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${answer}`);
  return JSON.parse(answer) as StreamAnswers[Operation];
}
