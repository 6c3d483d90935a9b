import { randomUUID } from "node:crypto";
import { DeleteItemCommand, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import type { RealmId } from "../../functions/model/connection.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import type { FreezeTarget } from "../../functions/store/dynamodb-freezes.ts";
import { dynamoDbFreezes } from "../../functions/store/dynamodb-freezes.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { readFreeze } from "../../functions/store/read-record.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { aFailure, at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { aCommit, anIntent, readerOf, takenLease } from "../support/stack-token-store.ts";
import { TABLE } from "../support/token-table.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();
const { signal } = new AbortController();
const decision = { by: "jo", at: at("10:00:00.000"), reason: "leaked" };
const aRealm = (): RealmId => ({ provider: "cfis", environment: randomUUID() });

/** A process that serves a realm, what it asks the table and what it logs; and the realm's operator. */
function aProcess(realm: RealmId) {
  const clock = new FixedClock(at("10:01:00.000"));
  const logged: unknown[] = [];
  const noting =
    (level: string) =>
    (event: string, fields: object = {}) =>
      logged.push({ level, event, ...fields });
  const log = { info: noting("info"), warn: noting("warn"), error: noting("error") };
  const real = sdkItemTable(table(), TABLE);
  const asked: string[][] = [];
  const noted = {
    ...real,
    read: (pk: string, ...rest: [AbortSignal]) => {
      asked.push([pk]);
      return real.read(pk, ...rest);
    },
    readBoth: (pk: string, other: string, ...rest: [AbortSignal]) => {
      asked.push([pk, other]);
      return real.readBoth(pk, other, ...rest);
    },
  };
  const reader = recordReader({ clock, log, metrics: null, process: "p" });
  const name = realmName(realm);
  const target = (account: string | null): FreezeTarget =>
    account === null
      ? { of: "realm", realm: name, name }
      : { of: "connection", realm: name, name: connectionOf(realm, account) };
  const operator = dynamoDbFreezes(table(), TABLE);
  return {
    ...{ clock, logged, asked, name },
    store: dynamoDbTokenStore(noted, reader, realmFreezeCache(clock, log)),
    freeze: (account: string | null) => operator.freeze(target(account), decision, "f-1"),
    thaw: (account: string | null) => operator.thaw(target(account), decision, "t-1"),
  };
}

const frozen = { level: "warn", event: "frozen", ...decision };

async function rowOf(pk: string) {
  const command = new GetItemCommand({ TableName: TABLE, Key: { pk: { S: pk } } });
  return (await table().send(command)).Item;
}

describe("a realm's freeze", () => {
  test("is read with a record, and again once it is five seconds old; the log tells of each change", async () => {
    const realm = aRealm();
    const { asked, clock, freeze, logged, name, store, thaw } = aProcess(realm);
    const connection = connectionOf(realm, "jo");
    await freeze(null);
    expect(store.realmFreeze()).toBeNull();
    expect(await store.read(connection, signal)).toBeNull();
    expect(store.realmFreeze()).toEqual({ of: "realm", ...decision });
    await thaw(null);
    clock.advance(4999);
    await store.read(connection, signal);
    await store.readRealmFreeze(realm, signal);
    expect(store.realmFreeze()).not.toBeNull();
    clock.advance(1);
    await store.read(connection, signal);
    expect(store.realmFreeze()).toBeNull();
    expect(asked).toEqual([
      [connection, `${name}/~freeze`],
      [connection],
      [connection, `${name}/~freeze`],
    ]);
    expect(logged).toEqual([
      { ...frozen, realm: name },
      { level: "info", event: "thawed", realm: name },
    ]);
  });

  test("is read alone by whoever acts on a record without reading it", async () => {
    const realm = aRealm();
    const { asked, freeze, name, store } = aProcess(realm);
    await freeze(null);
    await store.readRealmFreeze(realm, signal);
    expect(store.realmFreeze()).toEqual({ of: "realm", ...decision });
    await store.readRealmFreeze(realm, signal);
    expect(asked).toEqual([[`${name}/~freeze`]]);
  });

  test("has a row of its own, which is no connection of the realm", async () => {
    const realm = aRealm();
    const { freeze, name } = aProcess(realm);
    await freeze(null);
    expect(await rowOf(`${name}/~freeze`)).toMatchObject({ revision: { S: "f-1.freeze" } });
    expect(await rowOf(`${name}/~freeze`)).not.toHaveProperty("realm");
    expect(await rowOf(name)).toBeUndefined();
  });

  test("is told by the status, for each realm that is frozen", async () => {
    const [one, two] = [aRealm(), aRealm()];
    await aProcess(two).freeze(null);
    const clock = new FixedClock(at("10:01:00.000"));
    const reader = dynamoDbStatusReader(table(), TABLE, clock, readerOf(), readFreeze);
    expect(await reader.freezes([one, two], signal)).toEqual(
      new Map([[realmName(two), { of: "realm", ...decision }]]),
    );
  });
});

describe("a connection's freeze", () => {
  test("is in its record, which is the realm's; the log tells of it once, and of its end", async () => {
    const realm = aRealm();
    const { freeze, logged, name, store, thaw } = aProcess(realm);
    const connection = connectionOf(realm, "jo");
    const held = await takenLease(store, connection, null, anIntent("p.1"));
    await store.commit(held, () => aCommit(held), signal);
    await freeze("jo");
    expect(await rowOf(connection)).toMatchObject({
      realm: { S: name },
      revision: { S: "f-1.freeze" },
    });
    for (let times = 0; times < 2; times += 1) {
      expect((await store.read(connection, signal))?.frozen).toEqual({
        of: "connection",
        ...decision,
      });
    }
    await thaw("jo");
    expect((await store.read(connection, signal))?.frozen).toBeNull();
    expect(await rowOf(connection)).toMatchObject({ revision: { S: "t-1.thaw" } });
    expect(logged).toEqual([
      { ...frozen, connection },
      { level: "info", event: "thawed", connection },
    ]);
  });

  test("of one that was never used is a record without fence or version, and lists it", async () => {
    const realm = aRealm();
    const { freeze, name, store } = aProcess(realm);
    await freeze("jo");
    const record = await store.read(connectionOf(realm, "jo"), signal);
    expect(record).toMatchObject({ fence: 0, version: 0, damage: [], frozen: { by: "jo" } });
    expect(await rowOf(connectionOf(realm, "jo"))).toMatchObject({ realm: { S: name } });
  });
});

describe("a holder of a lease", () => {
  test("whose row is deleted meanwhile stores nothing", async () => {
    const realm = aRealm();
    const { store } = aProcess(realm);
    const connection = connectionOf(realm, "jo");
    const held = await takenLease(store, connection, null, anIntent("p.1"));
    const Key = { pk: { S: connection } };
    await table().send(new DeleteItemCommand({ TableName: TABLE, Key }));
    expect(await store.commit(held, () => aCommit(held), signal)).toBeNull();
    expect(await rowOf(connection)).toBeUndefined();
  });

  test("stores with a token why it is not usable, and with the next that it is", async () => {
    const realm = aRealm();
    const { store } = aProcess(realm);
    const connection = connectionOf(realm, "jo");
    const failure = aFailure();
    const first = await takenLease(store, connection, null, anIntent("p.1"));
    const unusable = await store.commit(first, () => ({ ...aCommit(first), failure }), signal);
    expect(unusable).toMatchObject({ failure, token: { fingerprint: "token-1" } });
    const second = await takenLease(store, connection, unusable, anIntent("p.2"));
    const usable = await store.commit(second, () => aCommit(second), signal);
    expect(usable).toMatchObject({ failure: null, token: { fingerprint: "token-2" } });
  });
});
