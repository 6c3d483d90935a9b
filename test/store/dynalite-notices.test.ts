import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import type { NoticeDependencies } from "../../functions/events/give-notices.ts";
import { giveNotices } from "../../functions/events/give-notices.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { instant, text } from "../../functions/store/attributes.ts";
import { dynamoDbNotices } from "../../functions/store/dynamodb-notices.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { readFreeze } from "../../functions/store/read-record.ts";
import { readTold } from "../../functions/store/told-attribute.ts";
import { byConsent } from "../support/policies.ts";
import { readerOf } from "../support/stack-token-store.ts";
import { TABLE } from "../support/token-table.ts";
import { useTable } from "../support/use-table.ts";

const signal = new AbortController().signal;
const dayMs = 86_400_000;
const now = systemClock.now();
const inDays = (days: number) => new Date(Number(now) + days * dayMs);
const table = useTable();

function dependencies(environments: readonly string[]): NoticeDependencies {
  const reader = dynamoDbStatusReader(table(), TABLE, systemClock, readerOf(), readFreeze);
  const silent = () => {};
  const log = { info: silent, warn: silent, error: silent };
  const notices = dynamoDbNotices(table(), TABLE);
  const realms = environments.map((environment) => {
    const realm = { provider: "connectpay", environment, policy: byConsent };
    return [`connectpay/${environment}`, realm] as const;
  });
  return { realms: new Map(realms), reader, notices, clock: systemClock, log };
}

async function put(connection: string, endsAt: Date, changes: Item = {}): Promise<void> {
  const item = {
    pk: text(connection),
    realm: text(connection.slice(0, connection.lastIndexOf("/"))),
    ...{ layout: { N: "1" }, fence: { N: "4" }, version: { N: "2" }, revision: text("p.1.end") },
    consentedAt: instant(inDays(-30)),
    ...{ sealedRefresh: { B: Buffer.from("refresh") }, refreshVersion: { N: "2" } },
    ...{ refreshFingerprint: text("0123456789ab"), refreshEndsAt: instant(endsAt) },
    ...changes,
  };
  await table().send(new PutItemCommand({ TableName: TABLE, Item: item }));
}

async function rowOf(pk: string): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: TABLE, Key: { pk: text(pk) } });
  return (await table().send(command)).Item;
}

const enough = { msLeft: () => 60_000, signal };

test("a walk marks what is told of each connection, once, and changes nothing else", async () => {
  await put("connectpay/one/ending", inDays(6));
  await put("connectpay/one/ended", inDays(-1));
  await put("connectpay/one/lasting", inDays(60));
  const before = await rowOf("connectpay/one/ending");
  const deps = dependencies(["one"]);
  expect(await giveNotices(deps, enough)).toEqual({ seen: 3, told: 2, isComplete: true });
  const { told, ...after } = (await rowOf("connectpay/one/ending")) ?? {};
  expect(after).toEqual(before);
  expect(readTold({ told: told ?? text("") }).end).toEqual({
    ...{ endsAt: inDays(6), since: inDays(-30), days: 7 },
  });
  expect(await giveNotices(deps, enough)).toEqual({ seen: 3, told: 0, isComplete: true });
});

test("two walks at once mark a connection once, also over what no release of ours has written", async () => {
  await put("connectpay/two/plain", inDays(2));
  await put("connectpay/two/damaged", inDays(2), { told: text("once upon a time") });
  const deps = dependencies(["two"]);
  const walks = await Promise.all([giveNotices(deps, enough), giveNotices(deps, enough)]);
  expect(walks.reduce((sum, { told }) => sum + told, 0)).toBe(2);
});

test("a connection whose row is deleted meanwhile gets none", async () => {
  const { notices } = dependencies([]);
  const nothing = { end: null, contestOverOf: null, stored: null };
  expect(await notices.mark("connectpay/gone/jo" as Connection, nothing, nothing, signal)).toBe(
    false,
  );
  expect(await rowOf("connectpay/gone/jo")).toBeUndefined();
});

test("a walk without enough time goes on where it stopped, in the next run, and begins anew after its end", async () => {
  for (const account of Array.from({ length: 130 }, (_, at) => String(at).padStart(3, "0"))) {
    await put(`connectpay/four/${account}`, inDays(2));
  }
  await put("connectpay/three/jo", inDays(2));
  const deps = dependencies(["three", "four"]);
  const hurried = { msLeft: () => 0, signal };
  expect(await giveNotices(deps, hurried)).toEqual({ seen: 100, told: 100, isComplete: false });
  expect((await rowOf("~notices"))?.["told"]?.S).toBe("connectpay/four/099");
  expect(await giveNotices(deps, hurried)).toEqual({ seen: 30, told: 30, isComplete: false });
  expect(await giveNotices(deps, enough)).toEqual({ seen: 1, told: 1, isComplete: true });
  expect((await rowOf("~notices"))?.["told"]?.S).toBe("");
  expect(await giveNotices(deps, enough)).toEqual({ seen: 131, told: 0, isComplete: true });
});
