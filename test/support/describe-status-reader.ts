import { randomUUID } from "node:crypto";
import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection, RealmId } from "../../functions/model/connection.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import type { StatusReader } from "../../functions/model/connection-status.ts";
import type { PendingConsent } from "../../functions/model/pending-consents.ts";
import type { StoredToken } from "../../functions/model/token-record.ts";
import type { HeldLease, TokenStore } from "../../functions/model/token-store.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { readFreeze } from "../../functions/store/read-record.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { statusAttributes } from "../../functions/store/status-attributes.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { aConsent, aToken, at } from "./a-record.ts";
import { aClaim } from "./describe-claims.ts";
import { FixedClock } from "./fixed-clock.ts";
import {
  aCommit,
  aFailedAttempt,
  anIntent,
  aTakeover,
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
/** What an operator's role is denied: the token, and the keys of the other index. */
const withheld = ["sealed", "sealedRefresh"];

/** What the status reader promises, whatever DynamoDB it stands on. */
export function describeStatusReader(start: () => Promise<RunningDatabase>): void {
  let database: RunningDatabase;
  let client: DynamoDBClient;
  let store: TokenStore;
  let reader: StatusReader;

  beforeAll(async () => {
    database = await start();
    await createTables(database.url, [tokenTable]);
    client = clientOf(database.url);
    store = dynamoDbTokenStore(sdkItemTable(client, TABLE), readerOf(), freezesOf());
    reader = dynamoDbStatusReader(client, TABLE, systemClock, readerOf(), readFreeze);
  });

  afterAll(async () => {
    client.destroy();
    await database.stop();
  });

  /** A separate realm for each test, because the tests share the table. */
  const aRealm = (): RealmId => ({ provider: "conferma", environment: randomUUID() });

  async function take(connection: Connection): Promise<HeldLease> {
    const seen = await store.read(connection, signal);
    const { held } = await store.takeLease(connection, seen, anIntent(randomUUID()), signal);
    return held ?? expect.fail("no lease");
  }

  async function commit(connection: Connection, token: Partial<StoredToken> = {}): Promise<void> {
    const held = await take(connection);
    const committed = {
      ...aCommit(held),
      token: aToken(token),
      consent: aConsent(),
      rejections: { level: 1, at: at("10:00:00.000") },
    };
    expect(await store.commit(held, () => committed, signal)).not.toBeNull();
  }

  const accountsIn = async (realm: RealmId, after: string | null = null, atMost = 101) => {
    const from = after === null ? null : connectionOf(realm, after);
    const found = await reader.connectionsOf(realm, from, atMost, signal);
    return found.map((connection) => connection.split("/").at(-1));
  };

  it("finds a realm's connections in their order, from any place, and no other realm's", async () => {
    const [realm, other] = [aRealm(), aRealm()];
    for (const account of ["c", "a", "b"]) await take(connectionOf(realm, account));
    await take(connectionOf(other, "b"));
    expect(await accountsIn(realm)).toEqual(["a", "b", "c"]);
    expect(await accountsIn(realm, null, 2)).toEqual(["a", "b"]);
    expect(await accountsIn(realm, "a")).toEqual(["b", "c"]);
    expect(await accountsIn(realm, "aa")).toEqual(["b", "c"]);
    expect(await accountsIn(realm, "c")).toEqual([]);
    expect(await accountsIn(aRealm())).toEqual([]);
  });

  it("finds a connection from its first lease on, whatever becomes of it", async () => {
    const realm = aRealm();
    const connection = connectionOf(realm, "a");
    const held = await take(connection);
    expect(await accountsIn(realm)).toEqual(["a"]);
    await store.fail(held, aFailedAttempt, signal);
    expect(await accountsIn(realm)).toEqual(["a"]);
    await commit(connection, { keepAliveUntil: null });
    expect(await accountsIn(realm)).toEqual(["a"]);
  });

  it("does not list a scope's claim as a connection", async () => {
    const realm = aRealm();
    await store.claimRevocationScope("0a1b2c", aClaim(connectionOf(realm, "a")), null, signal);
    expect(await accountsIn(realm)).toEqual([]);
  });

  it("finds a realm's connections after any number of entries that other realms have written", async () => {
    const realm = aRealm();
    // In the order of the index one comes first and one last.
    const others = ["0", "z"].map((first) => ({
      ...realm,
      environment: `${first}${randomUUID()}`,
    }));
    for (const other of others) {
      for (const account of ["a", "b", "c"]) {
        await put({ pk: { S: connectionOf(other, account) }, realm: { S: realmName(realm) } });
      }
    }
    for (const account of ["a", "b"]) await take(connectionOf(realm, account));
    expect(await accountsIn(realm, null, 2)).toEqual(["a", "b"]);
    expect(await accountsIn(realm)).toEqual(["a", "b"]);
    for (const other of others) expect(await accountsIn(other)).toEqual([]);
  });

  it("reports which record it cannot read, and reads the others", async () => {
    const realm = aRealm();
    const [newer, damaged, fine] = ["newer", "damaged", "fine"].map((account) =>
      connectionOf(realm, account),
    ) as [Connection, Connection, Connection];
    await put({ pk: { S: newer }, layout: { N: "2" } });
    await put({ pk: { S: damaged }, fence: { S: "three" } });
    await take(fine);
    const records = await reader.read([newer, damaged, fine], signal);
    expect(records).toMatchObject([
      { connection: newer, record: null },
      { connection: damaged, record: { damage: ["fence", "version"] } },
      { connection: fine, record: { damage: [], fence: 1 } },
    ]);
  });

  async function put(Item: Record<string, AttributeValue>): Promise<void> {
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
  }

  it("reads the record as the store does, except what is sealed", async () => {
    const realm = aRealm();
    const [fresh, failed, committed] = ["fresh", "failed", "committed"].map((account) =>
      connectionOf(realm, account),
    ) as [Connection, Connection, Connection];
    await take(fresh);
    await store.fail(await take(failed), aFailedAttempt, signal);
    await commit(committed);
    const seen = await store.read(committed, signal);
    await store.takeLease(committed, seen, aTakeover("another"), signal);

    const all = [committed, failed, fresh];
    const records = await reader.read([...all, connectionOf(realm, "never")], signal);
    const stored = await Promise.all(all.map((connection) => store.read(connection, signal)));
    const unsealed = stored.map((record) => {
      const sealed = new Uint8Array();
      const token = record?.token && { ...record.token, sealed };
      const refresh = record?.consent?.refresh && { ...record.consent.refresh, sealed };
      const consent = record?.consent && { ...record.consent, refresh };
      return { ...record, token, consent };
    });
    expect(records.map(({ record }) => record)).toEqual(unsealed);
    const { doubtedAt, lease } = aTakeover("another");
    expect(records[0]).toMatchObject({ connection: committed, record: { doubtedAt, lease } });
  });

  it("may read every attribute that a record has, except those that are withheld", async () => {
    const connection = connectionOf(aRealm(), "a");
    await commit(connection, { attributes: { app: "7" } });
    const seen = await store.read(connection, signal);
    const { held } = await store.takeLease(connection, seen, aTakeover("another"), signal);
    const { item: leased } = await itemOf(connection);
    await store.fail(held ?? expect.fail("no lease"), aFailedAttempt, signal);
    const { item: failed } = await itemOf(connection);
    const ofOthers = ["rejectionsAt", "frozen", "told"];
    const names = new Set([leased, failed].flatMap(Object.keys).concat(ofOthers));
    expect([...names].filter((name) => !withheld.includes(name)).sort()).toEqual(
      [...statusAttributes].sort(),
    );
  });

  async function itemOf(connection: Connection) {
    const command = new GetItemCommand({ TableName: TABLE, Key: { pk: { S: connection } } });
    const { Item: item = {} } = await client.send(command);
    return { item };
  }

  it("reads a hundred at once", async () => {
    const realm = aRealm();
    const all = Array.from({ length: 100 }, (_, n) => connectionOf(realm, `a-${n}`));
    for (const connection of all) await take(connection);
    const records = await reader.read(all, signal);
    expect(records.map(({ connection }) => connection)).toEqual(all);
    expect(await reader.read([], signal)).toEqual([]);
  });

  describe("of people who were asked to consent", () => {
    const link = { expiresAt: at("10:10:00.000"), browser: null, proof: new Uint8Array([7]) };
    const begunBy = "arn:aws:iam::111122223333:role/asker";
    const ask = async (realm: RealmId, account: string, changes: Partial<PendingConsent> = {}) => {
      const id = randomUUID();
      const consents = dynamoDbPendingConsents(client, TABLE, realm);
      const pending = { ...link, id, account, ...changes };
      await consents.add(pending, signal);
      await consents.noteAsked(pending, signal);
      return { id, consents };
    };

    it("finds whom, in their order and from any place, beside the connections", async () => {
      const [realm, other] = [aRealm(), aRealm()];
      for (const account of ["c", "a", "b", "a"]) await ask(realm, account);
      await ask(other, "d");
      const found = async (after: string | null, atMost: number) => {
        const from = after === null ? null : connectionOf(realm, after);
        const all = await reader.askedOf(realm, from, atMost, signal);
        expect(all.every((of) => of.startsWith(`${realmName(realm)}/`))).toBe(true);
        return all.map((of) => of.split("/").at(-1));
      };
      expect(await found(null, 101)).toEqual(["a", "b", "c"]);
      expect(await found(null, 2)).toEqual(["a", "b"]);
      expect(await found("a", 101)).toEqual(["b", "c"]);
      expect(await found("c", 101)).toEqual([]);
      expect(await accountsIn(realm)).toEqual([]);
    });

    it("reads who asked last, and until when the person can consent", async () => {
      const realm = aRealm();
      const [jo, bo] = [connectionOf(realm, "jo"), connectionOf(realm, "bo")];
      await ask(realm, "jo", { expiresAt: at("10:05:00.000") });
      await ask(realm, "jo", { begunBy });
      await ask(realm, "bo");
      const asked = await reader.asked([bo, jo, connectionOf(realm, "nobody")], signal);
      expect(asked).toEqual(
        new Map([
          [bo, { until: link.expiresAt, begunBy: null }],
          [jo, { until: link.expiresAt, begunBy }],
        ]),
      );
      expect(await reader.asked([], signal)).toEqual(new Map());
    });

    it("follows the link: as long as a browser has that opened it, and gone once it is used", async () => {
      const realm = aRealm();
      const jo = connectionOf(realm, "jo");
      const { id, consents } = await ask(realm, "jo");
      await consents.bind(id, "a browser", at("10:09:00.000"), at("10:19:00.000"), signal);
      const bound = (await reader.asked([jo], signal)).get(jo);
      expect(bound?.until).toEqual(at("10:19:00.000"));
      await consents.claim(id, "a browser", at("10:10:00.000"), signal);
      expect(await reader.asked([jo], signal)).toEqual(new Map());
    });

    it("shows no link of another account, whatever a row says", async () => {
      const realm = aRealm();
      const { id } = await ask(realm, "jo");
      await ask(realm, "bo");
      const of = `${realmName(realm)}/~asked`;
      await put({ pk: { S: `${of}/bo` }, realm: { S: of }, pendingId: { S: id } });
      expect(await reader.asked([connectionOf(realm, "bo")], signal)).toEqual(new Map());
    });

    it("reads on where a realm's role has written what is none of its links", async () => {
      const realm = aRealm();
      const of = `${realmName(realm)}/~asked`;
      await ask(realm, "jo");
      for (const [account, pendingId] of [
        ["bo", "x".repeat(3000)],
        ["li", "../jo"],
        ["weird/../x", "1"],
      ]) {
        const row = { pk: { S: `${of}/${account}` }, realm: { S: of } };
        await put({ ...row, pendingId: { S: pendingId ?? "" } });
      }
      const found = await reader.askedOf(realm, null, 101, signal);
      expect(found).toEqual(["bo", "jo", "li"].map((account) => connectionOf(realm, account)));
      expect([...(await reader.asked(found, signal)).keys()]).toEqual([connectionOf(realm, "jo")]);
    });

    it("leaves a row that goes a day after its link", async () => {
      const realm = aRealm();
      const { id } = await ask(realm, "jo");
      const of = `${realmName(realm)}/~asked`;
      expect(await itemOf(`${of}/jo` as Connection)).toEqual({
        item: {
          ...{ pk: { S: `${of}/jo` }, realm: { S: of }, pendingId: { S: id } },
          ttl: { N: String(link.expiresAt.getTime() / 1000 + 86_400) },
        },
      });
    });
  });

  describe("of a busy table", () => {
    /** Returns only `atOnce` of the requested keys, as DynamoDB does when it is throttling. */
    function busy(atOnce: number): DynamoDBClient {
      const send = async (command: BatchGetItemCommand) => {
        const [name = "", { Keys = [], ...rest } = {}] =
          Object.entries(command.input.RequestItems ?? {})[0] ?? [];
        if (atOnce === 0) return { Responses: {}, UnprocessedKeys: { [name]: { Keys } } };
        const some = { RequestItems: { [name]: { ...rest, Keys: Keys.slice(0, atOnce) } } };
        const { Responses } = await client.send(new BatchGetItemCommand(some));
        const left = Keys.slice(atOnce);
        return { Responses, ...(left[0] && { UnprocessedKeys: { [name]: { Keys: left } } }) };
      };
      return { send } as unknown as DynamoDBClient;
    }

    it("retries the missing keys, after pauses", async () => {
      const realm = aRealm();
      const all = ["a", "b", "c"].map((account) => connectionOf(realm, account));
      for (const connection of all) await take(connection);
      const clock = new FixedClock(at("10:00:00.000"));
      const records = await dynamoDbStatusReader(
        busy(1),
        TABLE,
        clock,
        readerOf(),
        readFreeze,
      ).read(all, signal);
      expect(records.map(({ connection }) => connection)).toEqual(all);
      expect(clock.slept).toEqual([50, 100]);
    });

    it("fails in our own words", async () => {
      const clock = new FixedClock(at("10:00:00.000"));
      const some = [connectionOf(aRealm(), "a")];
      const failure = dynamoDbStatusReader(busy(0), TABLE, clock, readerOf(), readFreeze).read(
        some,
        signal,
      );
      await expect(failure).rejects.toMatchObject({ code: "store-unavailable" });
      expect(clock.slept).toHaveLength(3);
    });
  });

  describe("that cannot be read", () => {
    it.each([
      ["because there is no such table", () => "Nowhere", signal],
      ["because there was no time", () => TABLE, AbortSignal.abort()],
    ])("%s, is store-unavailable", async (_, table, until) => {
      const broken = dynamoDbStatusReader(client, table(), systemClock, readerOf(), readFreeze);
      const some = [connectionOf(aRealm(), "a")];
      const failures = [
        broken.connectionsOf(aRealm(), null, 1, until),
        broken.read(some, until),
      ].map((asked) => asked.catch((error: unknown) => error));
      for (const failure of await Promise.all(failures)) {
        expect(failure).toMatchObject({ code: "store-unavailable", retryAfterSeconds: 1 });
        expect(failure).not.toHaveProperty("cause");
      }
    });
  });

  it("keeps only keys in the index, however often a connection changes", async () => {
    const realm = aRealm();
    await commit(connectionOf(realm, "a"));
    const command = new ScanCommand({ TableName: TABLE, IndexName: "connections" });
    const { Items = [] } = await client.send(command);
    const own = Items.filter(({ realm: name }) => name?.S?.endsWith(realm.environment));
    expect(own).toEqual([
      {
        pk: { S: connectionOf(realm, "a") },
        realm: { S: `conferma/${realm.environment}` },
      },
    ]);
  });
}
