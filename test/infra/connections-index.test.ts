import type { DynamoDBClient, QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { realms } from "../../infra/realms.ts";
import { tokenTable } from "../support/token-table.ts";
import { deployed, synthesized } from "./synthesized.ts";

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  readonly Projection: { readonly ProjectionType: string };
}

const [table] = deployed(synthesized(realms)).tables;
const indexes = (table?.properties["GlobalSecondaryIndexes"] ?? []) as Index[];
const index = indexes.find(({ IndexName }) => IndexName === "connections");

test("the index of connections projects keys only: by realm, ordered by connection", () => {
  expect(index).toEqual({
    IndexName: "connections",
    KeySchema: [
      { AttributeName: "realm", KeyType: "HASH" },
      { AttributeName: "pk", KeyType: "RANGE" },
    ],
    Projection: { ProjectionType: "KEYS_ONLY" },
  });
  expect(table?.properties["AttributeDefinitions"]).toContainEqual({
    AttributeName: "realm",
    AttributeType: "S",
  });
});

test("the tests' own table has the indexes that are deployed", () => {
  expect(tokenTable.properties.GlobalSecondaryIndexes).toEqual(indexes);
});

test("the index is the one that the status reader queries, by its keys and for its keys", async () => {
  const sent: QueryCommandInput[] = [];
  const send = async ({ input }: { input: QueryCommandInput }) => {
    sent.push(input);
    return {};
  };
  const client = { send } as unknown as DynamoDBClient;
  const realm = { provider: "conferma", environment: "sandbox" } as const;
  const fail = () => expect.fail("nothing is read");
  const reader = dynamoDbStatusReader(client, "Tokens", systemClock, fail, fail);
  await reader.connectionsOf(realm, connectionOf(realm, "a"), 101, AbortSignal.any([]));

  const keys = index?.KeySchema.map(({ AttributeName }) => AttributeName);
  expect(sent).toMatchObject([{ IndexName: "connections", Select: "SPECIFIC_ATTRIBUTES" }]);
  expect(Object.values(sent[0]?.ExpressionAttributeNames ?? {})).toEqual(keys);
  expect(Object.keys(sent[0]?.ExclusiveStartKey ?? {}).sort()).toEqual(keys?.toSorted());
});
