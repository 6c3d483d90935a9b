import { randomUUID } from "node:crypto";
import type { AttributeValue, DynamoDBClient, ScanCommandOutput } from "@aws-sdk/client-dynamodb";
import { BatchWriteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import type { Connection, RealmId } from "../../functions/model/connection.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import type { DueRenewal, RenewalIndex } from "../../functions/model/renewal-index.ts";
import type { StoredToken, TokenRecord } from "../../functions/model/token-record.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { aToken, at } from "./a-record.ts";
import {
  aCommit,
  aFailedAttempt,
  anIntent,
  clientOf,
  freezesOf,
  readerOf,
} from "./stack-token-store.ts";
import { TABLE, tokenTable } from "./token-table.ts";

interface RunningDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

const signal = new AbortController().signal;
const now = at("10:00:00.000");
const before = at("10:01:15.000");
const kept = at("11:00:00.000");

/** What the schedule's index promises, whatever DynamoDB it stands on. */
export function describeRenewalIndex(start: () => Promise<RunningDatabase>): void {
  let database: RunningDatabase;
  let client: DynamoDBClient;
  let store: TokenStore;
  let index: RenewalIndex;

  beforeAll(async () => {
    database = await start();
    const bare = { KeySchema: tokenTable.properties.KeySchema };
    const AttributeDefinitions = [{ AttributeName: "pk", AttributeType: "S" }];
    const withoutIndex = { name: "Bare", properties: { ...bare, AttributeDefinitions } };
    await createTables(database.url, [tokenTable, withoutIndex]);
    client = clientOf(database.url);
    store = dynamoDbTokenStore(sdkItemTable(client, TABLE), readerOf(), freezesOf());
    index = dynamoDbRenewalIndex(client, TABLE);
  });

  afterAll(async () => {
    client.destroy();
    await database.stop();
  });

  /** A separate realm for each test, because the tests share the table. */
  const aRealm = (): RealmId => ({ provider: "conferma", environment: randomUUID() });

  async function commit(connection: Connection, token: Partial<StoredToken>): Promise<TokenRecord> {
    const seen = await store.read(connection, signal);
    const answer = await store.takeLease(connection, seen, anIntent(randomUUID()), signal);
    if (!answer.held) return expect.fail("no lease");
    const changes = { ...aCommit(answer.held), token: aToken(token) };
    return (await store.commit(answer.held, () => changes, signal)) ?? expect.fail("not committed");
  }

  /** An entry of the index: the account, and the second of the minute at which it is due. */
  async function dueIn(realm: RealmId): Promise<string[]> {
    return (await all(index, realm)).map(
      ({ connection, dueAt }) =>
        `${connection.split("/").at(-1)} ${(Number(dueAt) - Number(now)) / 1000}`,
    );
  }

  const inSeconds = (seconds: number, until = kept) => ({
    due: { at: plusMs(now, seconds * 1000), until },
  });

  it("returns a realm's due connections, soonest first, to the millisecond", async () => {
    const realm = aRealm();
    for (const [account, seconds] of [
      ["last", 74.999],
      ["late", 75],
      ["overdue", -600],
      ["second", 30],
      ["first", 0.001],
    ] as const) {
      await commit(connectionOf(realm, account), inSeconds(seconds));
    }
    expect(await dueIn(realm)).toEqual(["overdue -600", "first 0.001", "second 30", "last 74.999"]);
  });

  it("returns none of another realm, even if its name has the same prefix", async () => {
    const { provider, environment } = aRealm();
    const [short, long] = [environment.slice(0, -1), environment];
    await commit(connectionOf({ provider, environment: long }, "a"), inSeconds(1));
    await commit(connectionOf({ provider: "cfis", environment: short }, "b"), inSeconds(1));
    expect(await dueIn({ provider, environment: short })).toEqual([]);
    expect(await dueIn({ provider, environment: long })).toEqual(["a 1"]);
  });

  it("returns neither entries of another realm nor damaged ones", async () => {
    const [realm, other] = [aRealm(), aRealm()];
    await commit(connectionOf(realm, "own"), inSeconds(30));
    const { dueUntil: _, ...endless } = indexItem(realm, 2);
    const foreign = { ...indexItem(other, 1), dueRealm: { S: realmName(realm) } };
    const requests = [endless, foreign].map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
    expect(await dueIn(realm)).toEqual(["own 30"]);
  });

  it("returns all entries, over many pages, each read when it is needed", async () => {
    const realm = aRealm();
    const instants = Array.from({ length: 230 }, (_, n) => n / 10);
    const items = instants.map((seconds) => indexItem(realm, seconds));
    for (let from = 0; from < items.length; from += 25) {
      const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
    }
    const queries = counting(client);
    const first = await index.due(realm, before, signal)[Symbol.asyncIterator]().next();
    expect(first.value).toMatchObject({ connection: connectionOf(realm, "at-0") });
    expect(queries.count()).toBe(1);
    expect(await dueIn(realm)).toEqual(instants.map((seconds) => `at-${seconds} ${seconds}`));
    expect(queries.count()).toBe(1 + 3);
  });

  it("never holds a static key", async () => {
    const realm = aRealm();
    await commit(connectionOf(realm, "key"), { due: null });
    await commit(connectionOf(realm, "key"), { due: null });
    expect(await dueIn(realm)).toEqual([]);
    expect(await indexed(realm)).toEqual([]);
  });

  it("loses a connection that lapses, and gets it back", async () => {
    const realm = aRealm();
    const connection = connectionOf(realm, "idle");
    await commit(connection, inSeconds(30));
    expect(await dueIn(realm)).toEqual(["idle 30"]);
    await commit(connection, { due: null });
    expect(await dueIn(realm)).toEqual([]);
    expect(await indexed(realm)).toEqual([]);
    await commit(connection, inSeconds(30, plusMs(now, 30_000)));
    expect(await dueIn(realm)).toEqual(["idle 30"]);
  });

  it("returns until when each is due, and removes lapsed entries once", async () => {
    const realm = aRealm();
    const [broken, kept] = [connectionOf(realm, "broken"), connectionOf(realm, "kept")];
    await commit(broken, inSeconds(-61, plusMs(now, -1)));
    await commit(kept, inSeconds(-60, now));
    const untils = (await all(index, realm)).map(({ dueUntil }) => dueUntil);
    expect(untils).toEqual([plusMs(now, -1), now]);

    const before = await store.read(broken, signal);
    for (const each of [broken, kept, broken]) await index.prune(each, now, signal);

    expect(await dueIn(realm)).toEqual(["kept -60"]);
    expect(await indexed(realm)).toHaveLength(1);
    // The record is unchanged: the next caller is vended its token.
    const token = before?.token && { ...before.token, due: null };
    expect(await store.read(broken, signal)).toEqual({ ...before, token });
    expect(await store.read(kept, signal)).toMatchObject({ token: { due: { until: now } } });
  });

  it("does not remove an entry that a caller has renewed meanwhile, and creates no record for a deleted one", async () => {
    const realm = aRealm();
    const back = connectionOf(realm, "back");
    await commit(back, inSeconds(-60, plusMs(now, -1)));
    await commit(back, inSeconds(30));
    await index.prune(back, now, signal);
    expect(await dueIn(realm)).toEqual(["back 30"]);

    const gone = connectionOf(realm, "gone");
    await index.prune(gone, now, signal);
    expect(await store.read(gone, signal)).toBeNull();
  });

  it("keeps a connection through leases and failures", async () => {
    const realm = aRealm();
    const connection = connectionOf(realm, "a");
    const seen = await commit(connection, inSeconds(1));
    const { held } = await store.takeLease(connection, seen, anIntent("holder"), signal);
    expect(await dueIn(realm)).toEqual(["a 1"]);
    await store.fail(held ?? expect.fail("no lease"), aFailedAttempt, signal);
    expect(await dueIn(realm)).toEqual(["a 1"]);
  });

  it("holds keys and instants only: no token, no fingerprint, no owner", async () => {
    const realm = aRealm();
    await commit(connectionOf(realm, "a"), inSeconds(1));
    const [item, ...others] = await indexed(realm);
    expect(others).toEqual([]);
    expect(item).toEqual({
      pk: { S: connectionOf(realm, "a") },
      dueRealm: { S: `conferma/${realm.environment}` },
      dueAt: { N: String(Number(now) + 1000) },
      dueUntil: { N: String(Number(kept)) },
    });
  });

  describe("that cannot be read", () => {
    const failureOf = (broken: RenewalIndex) =>
      all(broken, aRealm()).catch((error: unknown) => error);

    it("because the table has no index is store-unavailable, in our own words", async () => {
      const failure = await failureOf(dynamoDbRenewalIndex(client, "Bare"));
      expect(failure).toMatchObject({ code: "store-unavailable", retryAfterSeconds: 1 });
      expect(failure).not.toHaveProperty("cause");
      expect(String(failure)).not.toMatch(/Bare|index/);
    });

    it("because there is no answer is store-unavailable, too", async () => {
      const nowhere = clientOf("http://127.0.0.1:1");
      const broken = dynamoDbRenewalIndex(nowhere, TABLE);
      const failure = await failureOf(broken);
      const unlapsed = await broken
        .prune(connectionOf(aRealm(), "a"), now, signal)
        .catch((error: unknown) => error);
      nowhere.destroy();
      expect(failure).toMatchObject({ code: "store-unavailable" });
      expect(unlapsed).toMatchObject({ code: "store-unavailable" });
      expect(String(failure)).not.toMatch(/ECONN|127\.0\.0\.1/);
    });
  });

  /** Everything that the index itself holds of a realm. */
  async function indexed(realm: RealmId): Promise<NonNullable<ScanCommandOutput["Items"]>> {
    const { Items = [] } = await client.send(
      new ScanCommand({ TableName: TABLE, IndexName: "due" }),
    );
    return Items.filter(({ pk }) => pk?.S?.startsWith(connectionOf(realm, "")));
  }
}

async function all(index: RenewalIndex, realm: RealmId): Promise<DueRenewal[]> {
  const due: DueRenewal[] = [];
  for await (const each of index.due(realm, before, signal)) due.push(each);
  return due;
}

/** The part of a record that the index uses. */
function indexItem(realm: RealmId, seconds: number): Record<string, AttributeValue> {
  return {
    pk: { S: connectionOf(realm, `at-${seconds}`) },
    dueRealm: { S: realmName(realm) },
    dueAt: { N: String(Number(now) + seconds * 1000) },
    dueUntil: { N: String(Number(kept)) },
  };
}

/** Counts the queries that this client sends from now on. */
function counting(client: DynamoDBClient): { count(): number } {
  let count = 0;
  client.middlewareStack.add(
    (next, { commandName }) => {
      return async (command) => {
        if (commandName === "QueryCommand") count += 1;
        return next(command);
      };
    },
    { step: "initialize" },
  );
  return { count: () => count };
}
