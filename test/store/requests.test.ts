import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import { dynamoDbFreezes } from "../../functions/store/dynamodb-freezes.ts";
import { dynamoDbLinkOffers } from "../../functions/store/dynamodb-link-offers.ts";
import { dynamoDbNotices } from "../../functions/store/dynamodb-notices.ts";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { readFreeze } from "../../functions/store/read-record.ts";
import { openDynamoDb, sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { readerOf } from "../support/stack-token-store.ts";
import { TABLE } from "../support/token-table.ts";

const realm = { provider: "conferma", environment: "test" } as const;
const connection = connectionOf(realm, "jo");
const now = at("10:00:00.000");
const nothing = { end: null, contestOverOf: null, stored: null };
const pending = { id: "i", account: "jo", expiresAt: now, browser: null, proof: null };
const offer = { ...pending, pendingId: "i", madeAt: now, sealed: new Uint8Array([1]) };
const target = { of: "connection", realm: realmName(realm), name: connection } as const;
const decision = { by: "jo", at: now, reason: "leaked" };

/** A client that notes what it is to send; it is answered so, or fails so. */
function aClient(answer: object | Error = {}) {
  const inputs: object[] = [];
  const client = {
    send: async (
      { input }: { readonly input: object },
      options: { readonly abortSignal?: AbortSignal } = {},
    ) => {
      inputs.push(input);
      options.abortSignal?.throwIfAborted();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as object as DynamoDBClient;
  return { client, inputs };
}

const statusReader = (client: DynamoDBClient) =>
  dynamoDbStatusReader(client, TABLE, new FixedClock(now), readerOf(), readFreeze);

type Request = (client: DynamoDBClient, signal: AbortSignal) => Promise<unknown>;

const reads: Readonly<Record<string, Request>> = {
  "a record": (client, signal) => sdkItemTable(client, TABLE).read(connection, signal),
  "a record beside its realm's freeze": (client, signal) =>
    sdkItemTable(client, TABLE).readBoth(connection, "a freeze", signal),
  "records for the status": (client, signal) => statusReader(client).read([connection], signal),
  "a link": (client, signal) => dynamoDbPendingConsents(client, TABLE, realm).read("i", signal),
  "an offer": (client, signal) => dynamoDbLinkOffers(client, TABLE, realm).read("jo", signal),
  "where a walk ended": (client, signal) => dynamoDbNotices(client, TABLE).position(signal),
};

const others: Readonly<Record<string, Request>> = {
  "a write to a record": (client, signal) =>
    sdkItemTable(client, TABLE).write(connection, { set: {}, onlyIf: "#a", given: {} }, signal),
  "the index of connections": (client, signal) =>
    statusReader(client).connectionsOf(realm, null, 10, signal),
  "the index of renewals": (client, signal) =>
    dynamoDbRenewalIndex(client, TABLE).due(realm, now, signal)[Symbol.asyncIterator]().next(),
  "a lapsed entry of the index": (client, signal) =>
    dynamoDbRenewalIndex(client, TABLE).prune(connection, now, signal),
  "a new link": (client, signal) =>
    dynamoDbPendingConsents(client, TABLE, realm).add(pending, signal),
  "whom a link was made for": (client, signal) =>
    dynamoDbPendingConsents(client, TABLE, realm).noteAsked(pending, signal),
  "a link's browser": (client, signal) =>
    dynamoDbPendingConsents(client, TABLE, realm).bind("i", "b", now, now, signal),
  "the end of a link": (client, signal) =>
    dynamoDbPendingConsents(client, TABLE, realm).claim("i", "b", now, signal),
  "a code": (client, signal) =>
    dynamoDbPendingConsents(client, TABLE, realm).claimCode("h", "c", now, signal),
  "a new offer": (client, signal) =>
    dynamoDbLinkOffers(client, TABLE, realm).replace(offer, null, signal),
  "what was told": (client, signal) =>
    dynamoDbNotices(client, TABLE).mark(connection, nothing, nothing, signal),
  "where a walk ends": (client, signal) =>
    dynamoDbNotices(client, TABLE).savePosition(connection, signal),
};

describe.each(Object.entries({ ...reads, ...others }))("a request of %s", (_, send) => {
  test("ends with its caller's time", async () => {
    await expect(send(aClient().client, AbortSignal.abort())).rejects.toMatchObject({
      code: "store-unavailable",
      message: "DynamoDB did not answer (AbortError).",
    });
  });

  test("that fails says how, and nothing of what was asked; nothing more is sent", async () => {
    const failure = Object.assign(new Error("canary"), { name: "InternalServerError" });
    const { client, inputs } = aClient(failure);
    await expect(send(client, new AbortController().signal)).rejects.toMatchObject({
      code: "store-unavailable",
      message: "DynamoDB did not answer (InternalServerError).",
      retryAfterSeconds: 1,
    });
    expect(inputs).toHaveLength(1);
  });
});

const { signal } = new AbortController();

const freezeRead: Request = (client) => dynamoDbFreezes(client, TABLE).read(target);

test.each([...Object.entries(reads), ["a freeze", freezeRead] as const])(
  "a read of %s, by which something is decided, is strongly consistent",
  async (_, read) => {
    const { client, inputs } = aClient();
    await read(client, signal);
    expect(JSON.stringify(inputs)).toContain('"ConsistentRead":true');
  },
);

const narrow = { ReturnValues: "NONE", ReturnValuesOnConditionCheckFailure: "NONE" };
const whole = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" };

test.each<[rule: string, send: (client: DynamoDBClient) => Promise<unknown>, asked: object]>([
  [
    "an operator's freeze, whose role may read no more",
    (client) => dynamoDbFreezes(client, TABLE).freeze(target, decision, "f"),
    narrow,
  ],
  [
    "a mark of what was told, whose role may read no more",
    (client) => dynamoDbNotices(client, TABLE).mark(connection, nothing, nothing, signal),
    narrow,
  ],
  [
    "a lapsed entry, whose answer nobody needs",
    (client) => dynamoDbRenewalIndex(client, TABLE).prune(connection, now, signal),
    narrow,
  ],
  [
    "a lease",
    (client) =>
      sdkItemTable(client, TABLE).write(connection, { set: {}, onlyIf: "#a", given: {} }, signal),
    { ...whole, ReturnValues: "ALL_NEW" },
  ],
  [
    "a link that is claimed",
    (client) => dynamoDbPendingConsents(client, TABLE, realm).claim("i", "b", now, signal),
    { ...whole, ReturnValues: "ALL_OLD" },
  ],
])("the answer to %s has what is needed and no more", async (_, send, asked) => {
  const { client, inputs } = aClient();
  await send(client);
  expect(inputs.at(-1)).toMatchObject(asked);
});

describe("an operator's freeze", () => {
  test("that others write over again and again is given up after ten attempts", async () => {
    const refused = new ConditionalCheckFailedException({ message: "", $metadata: {} });
    const inputs: object[] = [];
    const client = {
      send: async ({ input }: { readonly input: object }) => {
        inputs.push(input);
        if ("UpdateExpression" in input) throw refused;
        return {};
      },
    } as object as DynamoDBClient;
    const freezing = dynamoDbFreezes(client, TABLE).freeze(target, decision, "f");
    await expect(freezing).rejects.toBe(refused);
    expect(inputs.filter((input) => "UpdateExpression" in input)).toHaveLength(10);
  });

  test("that fails for another reason is not attempted again", async () => {
    const denied = new Error("denied");
    const { client, inputs } = aClient(denied);
    await expect(dynamoDbFreezes(client, TABLE).freeze(target, decision, "f")).rejects.toBe(denied);
    expect(inputs).toHaveLength(1);
    const written: object[] = [];
    const refusing = {
      send: async ({ input }: { readonly input: object }) => {
        if (!("UpdateExpression" in input)) return {};
        written.push(input);
        throw denied;
      },
    } as object as DynamoDBClient;
    const freezing = dynamoDbFreezes(refusing, TABLE).freeze(target, decision, "f");
    await expect(freezing).rejects.toBe(denied);
    expect(written).toHaveLength(1);
  });
});

test("of two items the one is read again that DynamoDB has left for another request", async () => {
  const [first, second] = [{ pk: { S: "a" } }, { pk: { S: "b" } }];
  const alone: unknown[] = [];
  const client = {
    send: async ({ input }: { readonly input: { readonly Key?: unknown } }) => {
      if (!input.Key) {
        const left = { [TABLE]: { Keys: [{ pk: { S: "b" } }] } };
        return { Responses: { [TABLE]: [first] }, UnprocessedKeys: left };
      }
      alone.push(input.Key);
      return { Item: second };
    },
  } as object as DynamoDBClient;
  const table = sdkItemTable(client, TABLE);
  expect(await table.readBoth("a", "b", signal)).toEqual([first, second]);
  expect(alone).toEqual([{ pk: { S: "b" } }]);
  expect(await table.readBoth("c", "a", signal)).toEqual([null, first]);
});

test("whoever counts failed calls is told of each", async () => {
  const told: unknown[] = [];
  const failure = new Error("made up");
  const options = {
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "a" },
    requestHandler: { handle: () => Promise.reject(failure) },
  };
  const client = openDynamoDb(options as never, (error) => {
    told.push(error);
    throw error;
  });
  await expect(sdkItemTable(client, TABLE).read("a", signal)).rejects.toMatchObject({
    code: "store-unavailable",
  });
  expect(told).toEqual([failure]);
});
