import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { expect, onTestFinished, test } from "vitest";
import type { BusEvent, LocalEventBridge } from "../../local/aws/eventbridge/eventbridge.ts";
import { startEventBridge } from "../../local/aws/eventbridge/eventbridge.ts";
import type { TestStack } from "../support/stack.ts";
import { startTestStack } from "../support/stack.ts";
import { bundleOf } from "../support/stack-bundle.ts";
import { clientOf } from "../support/stack-token-store.ts";
import { TABLE } from "../support/token-table.ts";
import type { VendProcess } from "../support/vend-process.ts";

const realm = {
  ...({ provider: "connectpay", environment: "stage" } as const),
  authorizeUrl: "https://provider.example/authorize",
  tokenUrl: "https://provider.example/token",
};
const dayMs = 86_400_000;
/** Whatever is in a row that must be in no event and no log. */
const secrets = ["c2VhbGVk", "sealed", "fd61a03af4f7", "Mo********co", "9f86d081884c"];

/** A row after a consent, as it is in the stream. */
function row(account: string, changes: object = {}) {
  return {
    pk: { S: `connectpay/stage/${account}` },
    realm: { S: "connectpay/stage" },
    ...{ layout: { N: "1" }, fence: { N: "4" }, version: { N: "1" }, tokenOwner: { S: "p.1" } },
    ...{ sealed: { B: "c2VhbGVk" }, fingerprint: { S: "9f86d081884c" }, secretVersion: { S: "s" } },
    ...{ requestedAt: { N: "1000" }, issuedAt: { N: "1000" }, renewAt: { N: "2000" } },
    ...{ consentedAt: { N: "1000" }, grantedScope: { S: "psd2-ais" } },
    ...{ subject: { S: "fd61a03af4f7" }, customer: { S: "Mo********co" } },
    ...{ sealedRefresh: { B: "c2VhbGVk" }, refreshVersion: { N: "1" } },
    ...{ refreshFingerprint: { S: "0123456789ab" }, refreshEndsAt: { N: "2592001000" } },
    ...changes,
  };
}

function recordOf(sequence: number, NewImage: object, OldImage?: object): DynamoDBRecord {
  const { pk } = NewImage as ReturnType<typeof row>;
  const dynamodb = {
    Keys: { pk },
    NewImage,
    ...(OldImage ? { OldImage } : {}),
    SequenceNumber: String(sequence),
    ApproximateCreationDateTime: 1_795_168_800,
  };
  return { eventName: OldImage ? "MODIFY" : "INSERT", dynamodb } as DynamoDBRecord;
}

interface Publishing {
  readonly stack: TestStack;
  readonly bus: LocalEventBridge;
  readonly publisher: VendProcess;
  deliver(...Records: DynamoDBRecord[]): Promise<unknown>;
}

async function startPublisher(): Promise<Publishing> {
  const [stack, bus] = [await startTestStack(), await startEventBridge()];
  onTestFinished(() => bus.stop());
  const publisher = await stack.startBundle(bundleOf("publish-events"), realm, {
    REALMS: JSON.stringify([{ provider: "connectpay", environment: "stage" }]),
    EVENT_BUS: "token-vending",
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  });
  const deliver = (...Records: DynamoDBRecord[]) =>
    publisher.handle({ Records } satisfies DynamoDBStreamEvent, 30_000);
  return { stack, bus, publisher, deliver };
}

/** The failures of dependencies that the function has counted, by their dimensions. */
const failuresIn = (stack: TestStack) =>
  stack
    .events("metrics")
    .filter((line) => "DependencyFailures" in line)
    .map(({ Realm, Dependency, DependencyFailures }) => ({
      ...{ Realm, Dependency, DependencyFailures },
    }));

const keys = (events: readonly BusEvent[]) =>
  events.map(({ detail }) => (detail as { readonly key: string }).key);

test("what the stream has is on the bus, and nothing of it that is secret or personal", async () => {
  const { stack, bus, publisher, deliver } = await startPublisher();
  const ended = row("jo", { fence: { N: "5" }, consentedAt: undefined });
  const answer = await deliver(
    recordOf(1, row("jo")),
    recordOf(2, row("jo"), row("jo", { fence: { N: "3" } })),
    recordOf(3, ended, row("jo")),
  );
  expect(answer).toEqual({ batchItemFailures: [] });
  const base = { connection: "connectpay/stage/jo", realm: "connectpay/stage", version: 1 };
  const at = "2026-11-20T10:00:00.000Z";
  expect(bus.events).toMatchObject([
    {
      ...{ bus: "token-vending", source: "token-vending", detailType: "consent-granted" },
      time: new Date(at),
      detail: {
        ...{ ...base, at, kind: "consent-granted", fence: 4, grantedScope: "psd2-ais" },
        key: "connectpay/stage/jo#4#consent-granted#1000",
        consentedAt: "1970-01-01T00:00:01.000Z",
        endsAt: "1970-01-31T00:00:01.000Z",
      },
    },
    { detailType: "consent-ended", detail: { ...base, fence: 5, reason: "disconnected" } },
  ]);
  const told = JSON.stringify(bus.events) + publisher.printed();
  for (const secret of secrets) expect(told).not.toContain(secret);
  expect(stack.events("event-published").map(({ kind }) => kind)).toEqual([
    "consent-granted",
    "consent-ended",
  ]);
  const metrics = stack.events("metrics").find((line) => "ConsentsEnded" in line);
  expect(metrics).toMatchObject({ Realm: "connectpay/stage", ConsentsEnded: 1 });
});

test("an entry that the bus refuses is delivered again with all after it, under the same key", async () => {
  const { stack, bus, deliver } = await startPublisher();
  const batch = ["a", "b", "c"].map((account, at) => recordOf(at, row(account)));
  bus.refuseNext(1);
  expect(await deliver(...batch)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  expect(await deliver(...batch.slice(1))).toEqual({ batchItemFailures: [] });
  expect(keys(bus.events)).toHaveLength(4);
  expect([...new Set(keys(bus.events))].sort()).toEqual(
    ["a", "b", "c"].map((account) => `connectpay/stage/${account}#4#consent-granted#1000`),
  );
  expect(failuresIn(stack)).toEqual([
    { Realm: "publish-events", Dependency: "eventbridge", DependencyFailures: 1 },
  ]);
});

test("a bus that fails has the whole batch delivered again, and more than ten events are out in order", async () => {
  const { stack, bus, publisher, deliver } = await startPublisher();
  const accounts = Array.from({ length: 23 }, (_, at) => `a${String(at).padStart(2, "0")}`);
  const batch = accounts.map((account, at) => recordOf(at, row(account)));
  bus.injectFault({ fault: "fail" }, 3);
  expect(await deliver(...batch)).toEqual({ batchItemFailures: [{ itemIdentifier: "0" }] });
  expect(bus.events).toEqual([]);
  expect(await deliver(...batch)).toEqual({ batchItemFailures: [] });
  expect(keys(bus.events).map((key) => key.split(/[/#]/)[2])).toEqual(accounts);
  expect(publisher.printed()).toContain("events-delayed");
  expect(failuresIn(stack)).toEqual([
    { Realm: "publish-events", Dependency: "eventbridge", DependencyFailures: 1 },
  ]);
});

test("a table that does not say where the last run ended is counted", async () => {
  const { stack, publisher } = await startPublisher();
  stack.dynamoDb.injectFault({ operation: "GetItem", fault: "deny" });
  await expect(publisher.handle({}, 60_000)).rejects.toThrow();
  expect(failuresIn(stack)).toMatchObject([{ Realm: "publish-events", Dependency: "dynamodb" }]);
});

test("the schedule's run marks a consent that ends, and the stream carries the mark to the bus", async () => {
  const { stack, bus, publisher, deliver } = await startPublisher();
  const refreshEndsAt = { N: String(Date.now() + 6 * dayMs) };
  const before = row("jo", { refreshEndsAt });
  const client = clientOf(stack.dynamoDb.url);
  onTestFinished(() => client.destroy());
  const sealed = { B: Buffer.from("sealed") };
  const Item = { ...before, sealed, sealedRefresh: sealed };
  await client.send(new PutItemCommand({ TableName: TABLE, Item }));
  expect(await publisher.handle({}, 60_000)).toEqual({ seen: 1, told: 1, isComplete: true });
  const { told } = (await stack.item("connectpay/stage/jo")) ?? {};
  expect(bus.events).toEqual([]);
  await deliver(recordOf(1, { ...before, told }, before));
  expect(bus.events).toMatchObject([{ detailType: "consent-ending", detail: { days: 7 } }]);
  expect(await publisher.handle({}, 60_000)).toEqual({ seen: 1, told: 0, isComplete: true });
});
