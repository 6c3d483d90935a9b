import type { DynamoDBClient, QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { realms } from "../../infra/realms.ts";
import { planConcurrency } from "../../infra/reserved-concurrency.ts";
import { eventPublisher, principalsOf, schedulesOf } from "./principals.ts";
import { deployed, resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(realms);
const stack = deployed(template);
const renewing = principalsOf(stack).filter(({ kind }) => kind === "RenewTokens");
const schedules = schedulesOf(stack);

test("each realm has one renewing function, and one schedule that invokes it", () => {
  const names = realms.map(({ provider, environment }) => `${provider}/${environment}`);
  expect(renewing.map(({ realm }) => realm)).toEqual(names);
  expect(schedules.map(({ realm, targetArn }) => [realm, targetArn])).toEqual(
    renewing.map(({ realm, functionArn }) => [realm, functionArn]),
  );
});

test("a renewing function has two minutes, and a concurrency of three", () => {
  const functions = resourcesIn(template, "AWS::Lambda::Function").filter(([logicalId]) =>
    logicalId.includes("RenewTokens"),
  );
  expect(functions).toHaveLength(realms.length);
  for (const [, { Properties }] of functions) {
    expect(Properties).toMatchObject({ Timeout: 120, ReservedConcurrentExecutions: 3 });
  }
});

test("a realm's vends reserve what no other realm can take", () => {
  const functions = resourcesIn(template, "AWS::Lambda::Function").filter(([logicalId]) =>
    logicalId.includes("VendToken"),
  );
  expect(functions).toHaveLength(realms.length);
  const { vending } = planConcurrency(readRealms(realms));
  const planned = [...vending.values()];
  expect(functions.map(([, { Properties }]) => Properties["ReservedConcurrentExecutions"])).toEqual(
    planned,
  );
});

test("a schedule runs every minute, of notices every hour, without a flexible window and without retries", () => {
  for (const { logicalId, properties } of stack.resourcesOf("AWS::Scheduler::Schedule")) {
    expect(properties).toMatchObject({
      ScheduleExpression: logicalId.startsWith(eventPublisher) ? "rate(1 hour)" : "rate(1 minute)",
      FlexibleTimeWindow: { Mode: "OFF" },
      State: "ENABLED",
      Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
  }
});

// By default Lambda retries a failed asynchronous invocation twice, and a throttled one for six hours.
test("Lambda does not retry an invocation that failed or was throttled", () => {
  const configured = resourcesIn(template, "AWS::Lambda::EventInvokeConfig");
  expect(configured).toHaveLength(realms.length);
  for (const [, { Properties }] of configured) {
    expect(Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  }
});

test("a run that failed or could not be delivered goes to the dead-letter queue, which has an alarm", () => {
  const queues = resourcesIn(template, "AWS::SQS::Queue").map(([logicalId]) => logicalId);
  const queueId = queues.find((logicalId) => logicalId.startsWith("Failures"));
  const queueArn = { "Fn::GetAtt": [queueId, "Arn"] };
  const targets = resourcesIn(template, "AWS::Scheduler::Schedule").map(
    ([, { Properties }]) => Properties["Target"],
  );
  const destinations = resourcesIn(template, "AWS::Lambda::EventInvokeConfig").map(
    ([, { Properties }]) => Properties["DestinationConfig"],
  );
  // The other one is for events.
  expect(queues).toHaveLength(2);
  expect(targets).toEqual(
    [...realms, "notices"].map(() =>
      expect.objectContaining({ DeadLetterConfig: { Arn: queueArn } }),
    ),
  );
  expect(destinations).toEqual(realms.map(() => ({ OnFailure: { Destination: queueArn } })));
});

describe("the index of what is due", () => {
  const [table] = stack.tables;
  const indexes = (table?.properties["GlobalSecondaryIndexes"] ?? []) as Index[];
  const index = indexes.find(({ IndexName }) => IndexName === "due");

  test("is sparse: only connections that are renewed by schedule have its key", () => {
    expect(index?.KeySchema).toEqual([
      { AttributeName: "dueRealm", KeyType: "HASH" },
      { AttributeName: "dueAt", KeyType: "RANGE" },
    ]);
    expect(table?.properties["AttributeDefinitions"]).toEqual(
      expect.arrayContaining([
        { AttributeName: "dueRealm", AttributeType: "S" },
        { AttributeName: "dueAt", AttributeType: "N" },
      ]),
    );
  });

  test("projects instants besides its keys, and no token", () => {
    expect(index?.Projection).toEqual({
      ProjectionType: "INCLUDE",
      NonKeyAttributes: ["dueUntil"],
    });
  });

  test("is the one that the code queries, by attributes that it projects", async () => {
    const sent: QueryCommandInput[] = [];
    const send = async ({ input }: { input: QueryCommandInput }) => {
      sent.push(input);
      return {};
    };
    const client = { send } as unknown as DynamoDBClient;
    const now = new Date();
    const realm = { provider: "conferma", environment: "sandbox" } as const;
    const due = dynamoDbRenewalIndex(client, "Tokens").due(realm, now, AbortSignal.any([]));
    await due[Symbol.asyncIterator]().next();

    const held = [
      ...(index?.KeySchema ?? []).map(({ AttributeName }) => AttributeName),
      ...(index?.Projection.NonKeyAttributes ?? []),
    ];
    expect(sent.map(({ IndexName }) => IndexName)).toEqual([index?.IndexName]);
    expect(held).toEqual(
      expect.arrayContaining(Object.values(sent[0]?.ExpressionAttributeNames ?? {})),
    );
  });
});

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: string[] };
}
