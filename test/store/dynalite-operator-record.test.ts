import type { DynamoDBClient, GetItemCommand, GetItemCommandInput } from "@aws-sdk/client-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { readRecordAsOperator } from "../../functions/store/dynamodb-operator-record.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { statusAttributes } from "../../functions/store/status-attributes.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { aConsent, aRecord, aToken } from "../support/a-record.ts";
import {
  aCommit,
  anIntent,
  clientOf,
  freezesOf,
  readerOf,
  takenLease,
} from "../support/stack-token-store.ts";
import { TABLE, tokenTable } from "../support/token-table.ts";

test("an operator reads a record as the store does, as it is now, and nothing that is sealed", async () => {
  const database = await startDynamoDb();
  onTestFinished(database.stop);
  await createTables(database.url, [tokenTable]);
  const client = clientOf(database.url);
  const { signal } = new AbortController();
  const store = dynamoDbTokenStore(sdkItemTable(client, TABLE), readerOf(), freezesOf());
  const { connection } = aRecord();
  const held = await takenLease(store, connection, null, anIntent("p.1"));
  const committed = { ...aCommit(held), token: aToken(), consent: aConsent() };
  await store.commit(held, () => committed, signal);

  const sent: GetItemCommandInput[] = [];
  const noting = {
    send: (command: GetItemCommand) => {
      sent.push(command.input);
      return client.send(command);
    },
  } as Partial<DynamoDBClient> as DynamoDBClient;
  const read = (of: string) => readRecordAsOperator(noting, TABLE, of);

  const stored = await store.read(connection, signal);
  const sealed = new Uint8Array();
  expect(await read(connection)).toEqual({
    ...stored,
    token: { ...stored?.token, sealed },
    consent: { ...stored?.consent, refresh: { ...stored?.consent?.refresh, sealed } },
  });
  expect(await read("conferma/production/nobody")).toBeNull();
  for (const { ConsistentRead, ExpressionAttributeNames = {} } of sent) {
    expect(ConsistentRead).toBe(true);
    expect(Object.values(ExpressionAttributeNames)).toEqual([...statusAttributes]);
  }
  client.destroy();
});
