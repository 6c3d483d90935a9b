import type { DynamoDBClient, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";

test("the table removes what has ended by the attribute that the store writes, in seconds", async () => {
  const [[, table] = []] = resourcesIn(synthesized(oneOfEachKind), "AWS::DynamoDB::Table");
  const { AttributeName, Enabled } = Object(table?.Properties["TimeToLiveSpecification"]);
  const expiresAt = new Date("2026-03-01T12:10:00Z");

  const [{ ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = {}] =
    await sentToAdd(expiresAt);

  expect(Enabled).toBe(true);
  expect(ExpressionAttributeNames[`#${AttributeName}`]).toBe(AttributeName);
  expect(ExpressionAttributeValues[`:${AttributeName}`]).toEqual({
    N: String(expiresAt.getTime() / 1000),
  });
});

async function sentToAdd(expiresAt: Date): Promise<UpdateItemCommandInput[]> {
  const sent: UpdateItemCommandInput[] = [];
  const send = async ({ input }: { input: UpdateItemCommandInput }) => {
    sent.push(input);
    const { ":account": account, ":expiresAt": expires } = input.ExpressionAttributeValues ?? {};
    return { Attributes: { account, expiresAt: expires } };
  };
  const client = { send } as unknown as DynamoDBClient;
  const realm = { provider: "centrapay-user", environment: "test" } as const;
  const consents = dynamoDbPendingConsents(client, "Tokens", realm);
  await consents.add(
    { id: "0123", account: "acme", expiresAt, browser: null },
    AbortSignal.any([]),
  );
  return sent;
}
