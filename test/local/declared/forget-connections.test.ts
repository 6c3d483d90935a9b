import { BatchWriteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { startDynamoDb } from "../../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../../local/aws/dynamodb/dynamodb-tables.ts";
import { forgetConnections } from "../../../local/declared/forget-connections.ts";
import { clientOf } from "../../support/stack-token-store.ts";
import { TABLE, tokenTable } from "../../support/token-table.ts";

const frozen = { frozen: { M: {} } };
const forgotten = ["client-credentials/bank/default", "client-credentials/bank/a@b+c=d"];
const kept = [
  ...["client-credentials/bank/~freeze", "client-credentials/bank/~offer/default"],
  ...["client-credentials/bank-2/default", "static-key/bank/default", "~told"],
];

test("the connections of the realms alone are forgotten, and none that somebody has frozen", async () => {
  const { url, stop } = await startDynamoDb();
  onTestFinished(stop);
  await createTables(url, [tokenTable]);
  const client = clientOf(url);
  onTestFinished(() => client.destroy());
  const standing = { pk: { S: "client-credentials/bank/second" }, ...frozen };
  const items = [...[...forgotten, ...kept].map((pk) => ({ pk: { S: pk } })), standing];
  const written = items.map((Item) => ({ PutRequest: { Item } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: written } }));

  const keys = { accessKeyId: "local", secretAccessKey: "local" };
  await forgetConnections(url, TABLE, ["client-credentials/bank"], keys);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE }));
  expect(Items.map(({ pk }) => pk?.S).sort()).toEqual([...kept, standing.pk.S].sort());
});
