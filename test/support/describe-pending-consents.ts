import { randomBytes, randomUUID } from "node:crypto";
import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PendingConsent, PendingConsents } from "../../functions/model/pending-consents.ts";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { at } from "./a-record.ts";
import { clientOf } from "./stack-token-store.ts";
import { TABLE, tokenTable } from "./token-table.ts";

interface RunningDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

const signal = new AbortController().signal;
const now = at("10:00:00.000");
const expiresAt = at("10:10:00.000");
const last = at("10:09:59.999");
const until = at("10:15:00.000");

/** What the store of pending consents promises, whatever DynamoDB it stands on. */
export function describePendingConsents(start: () => Promise<RunningDatabase>): void {
  let database: RunningDatabase;
  let client: DynamoDBClient;
  let store: PendingConsents;
  const realm = { provider: "connectpay", environment: randomUUID() } as const;

  beforeAll(async () => {
    database = await start();
    await createTables(database.url, [tokenTable]);
    client = clientOf(database.url);
    store = dynamoDbPendingConsents(client, TABLE, realm);
  });

  afterAll(async () => {
    client.destroy();
    await database.stop();
  });

  const proof = new Uint8Array([7, 8, 9]);

  async function added(): Promise<PendingConsent> {
    const id = randomBytes(32).toString("base64url");
    const pending = { id, account: "jo@example.com", expiresAt, browser: null, proof };
    await store.add(pending, signal);
    return pending;
  }

  /** Bound to a browser at ten, and therefore valid until a quarter past. */
  async function bound(browser = "browser-a"): Promise<PendingConsent> {
    const { id } = await added();
    await store.bind(id, browser, now, until, signal);
    return (await store.read(id, signal)) ?? expect.fail("not there");
  }

  it.each<[string, AttributeValue]>([
    ["account", { N: "1" }],
    ["account", { S: "../jo" }],
    ["expiresAt", { S: "tomorrow" }],
    ["expiresAt", { N: "8640000000000000" }],
  ])("knows no link whose %s somebody has made %j", async (name, value) => {
    const { id } = await bound();
    const Key = { pk: { S: `connectpay/${realm.environment}/~consent/${id}` } };
    await client.send(
      new UpdateItemCommand({
        ...{ TableName: TABLE, Key, UpdateExpression: "SET #name = :value" },
        ExpressionAttributeNames: { "#name": name },
        ExpressionAttributeValues: { ":value": value },
      }),
    );
    const nothing = { done: false, pending: null };
    expect(await store.read(id, signal)).toBeNull();
    expect(await store.bind(id, "browser-a", now, until, signal)).toEqual(nothing);
    expect(await store.claim(id, "browser-a", now, signal)).toEqual(nothing);
  });

  it("reads what was added, and nothing else", async () => {
    const pending = await added();
    expect(await store.read(pending.id, signal)).toEqual(pending);
    expect(await store.read(`${pending.id.slice(0, -1)}_`, signal)).toBeNull();
    const elsewhere = { ...realm, environment: "elsewhere" };
    const other = dynamoDbPendingConsents(client, TABLE, elsewhere);
    expect(await other.read(pending.id, signal)).toBeNull();
  });

  it("reads a row of an earlier release, which has no proof", async () => {
    const id = randomBytes(32).toString("base64url");
    const pending = { id, account: "jo", expiresAt, browser: null, proof: null };
    await store.add(pending, signal);
    expect(await store.read(id, signal)).toEqual(pending);
  });

  it("keeps a row under its realm's prefix, with nothing in it but what is declared", async () => {
    const { id } = await bound();
    const pk = `connectpay/${realm.environment}/~consent/${id}`;
    const command = new GetItemCommand({ TableName: TABLE, Key: { pk: { S: pk } } });
    const { Item } = await client.send(command);
    expect(Item).toEqual({
      pk: { S: pk },
      account: { S: "jo@example.com" },
      proof: { B: proof },
      browser: { S: "browser-a" },
      expiresAt: { N: String(until.getTime()) },
      ttl: { N: String(until.getTime() / 1000) },
    });
  });

  it("adds a second time without an error, and keeps the browser", async () => {
    const pending = await bound();
    await store.add({ ...pending, browser: null, expiresAt }, signal);
    expect(await store.read(pending.id, signal)).toEqual(pending);
  });

  it("reads what the last write left: strongly consistent", async () => {
    const asked: unknown[] = [];
    const watched = clientOf(database.url);
    watched.middlewareStack.add((next) => async (args) => {
      asked.push(args.input);
      return next(args);
    });
    await dynamoDbPendingConsents(watched, TABLE, realm).read("missing", signal);
    expect(asked).toMatchObject([{ ConsistentRead: true }]);
    watched.destroy();
  });

  describe("a row is given", () => {
    it("to the browser that asks first, which may ask again: its end does not move", async () => {
      const pending = await added();
      const given = { ...pending, browser: "browser-a", expiresAt: until };
      const first = await store.bind(pending.id, "browser-a", last, until, signal);
      expect(first).toEqual({ done: true, pending: given });
      const later = at("10:20:00.000");
      const again = await store.bind(pending.id, "browser-a", last, later, signal);
      expect(again).toEqual({ done: true, pending: given });
      expect(await store.read(pending.id, signal)).toEqual(given);
    });

    it("to no other browser, which gets the row", async () => {
      const pending = await bound();
      const answer = await store.bind(pending.id, "browser-b", now, until, signal);
      expect(answer).toEqual({ done: false, pending });
      expect(await store.read(pending.id, signal)).toEqual(pending);
    });

    it("to one of many browsers that ask at the same instant", async () => {
      const { id } = await added();
      const browsers = Array.from({ length: 20 }, (_, n) => `browser-${n}`);
      const answers = await Promise.all(
        browsers.map((browser) => store.bind(id, browser, now, until, signal)),
      );
      expect(answers.filter(({ done }) => done)).toHaveLength(1);
    });

    it("to no browser at its expiry or later, not even to its own", async () => {
      const pending = await added();
      const late = await store.bind(pending.id, "browser-a", expiresAt, until, signal);
      expect(late).toEqual({ done: false, pending });
      const own = await bound();
      const answer = await store.bind(own.id, "browser-a", until, at("11:00:00.000"), signal);
      expect(answer).toEqual({ done: false, pending: own });
    });

    it("to nobody when there is none, and none is created", async () => {
      const answer = await store.bind("missing", "browser-a", now, until, signal);
      expect(answer).toEqual({ done: false, pending: null });
      expect(await store.read("missing", signal)).toBeNull();
    });
  });

  describe("a row is taken", () => {
    it("by its browser, and is gone", async () => {
      const pending = await bound();
      const taken = await store.claim(pending.id, "browser-a", now, signal);
      expect(taken).toEqual({ done: true, pending });
      expect(await store.read(pending.id, signal)).toBeNull();
      const again = await store.claim(pending.id, "browser-a", now, signal);
      expect(again).toEqual({ done: false, pending: null });
    });

    it("once, by however many at the same instant", async () => {
      const { id } = await bound();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.claim(id, "browser-a", now, signal)),
      );
      expect(answers.filter(({ done }) => done)).toHaveLength(1);
    });

    it("by no other browser", async () => {
      const pending = await bound();
      const answer = await store.claim(pending.id, "browser-b", now, signal);
      expect(answer).toEqual({ done: false, pending });
      expect(await store.read(pending.id, signal)).toEqual(pending);
    });

    it("by no browser before it is bound to one", async () => {
      const pending = await added();
      const answer = await store.claim(pending.id, "browser-a", now, signal);
      expect(answer).toEqual({ done: false, pending });
    });

    it("by no browser at its expiry or later", async () => {
      const pending = await bound();
      const answer = await store.claim(pending.id, "browser-a", until, signal);
      expect(answer).toEqual({ done: false, pending });
      expect(await store.claim(pending.id, "browser-a", at("10:14:59.999"), signal)).toMatchObject({
        done: true,
      });
    });
  });

  describe("a code", () => {
    const newHash = () => randomBytes(32).toString("base64url");

    it("belongs to its first claimant, who may claim it again", async () => {
      const hash = newHash();
      expect(await store.claimCode(hash, "claimant-a", until, signal)).toBe(true);
      expect(await store.claimCode(hash, "claimant-b", until, signal)).toBe(false);
      // The SDK repeats a write whose answer was lost.
      expect(await store.claimCode(hash, "claimant-a", until, signal)).toBe(true);
      expect(await store.claimCode(newHash(), "claimant-b", until, signal)).toBe(true);
    });

    it("belongs to one of many concurrent claimants", async () => {
      const hash = newHash();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => store.claimCode(hash, `claimant-${n}`, until, signal)),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it("is kept by its hash under its realm's prefix, until it may be forgotten", async () => {
      const hash = newHash();
      await store.claimCode(hash, "claimant-a", until, signal);
      const pk = `connectpay/${realm.environment}/~code/${hash}`;
      const command = new GetItemCommand({ TableName: TABLE, Key: { pk: { S: pk } } });
      const { Item } = await client.send(command);
      expect(Item).toEqual({
        pk: { S: pk },
        claimant: { S: "claimant-a" },
        expiresAt: { N: String(until.getTime()) },
        ttl: { N: String(until.getTime() / 1000) },
      });
    });
  });

  it("fails with `store-unavailable` when the table is unavailable, without quoting the row", async () => {
    const nowhere = clientOf("http://127.0.0.1:1");
    const away = dynamoDbPendingConsents(nowhere, TABLE, realm);
    const gone = AbortSignal.abort();
    const uses = [
      () => away.add({ id: "canary", account: "jo", expiresAt, browser: null, proof }, signal),
      () => away.noteAsked({ id: "canary", account: "jo", expiresAt }, signal),
      () => store.add({ id: "canary", account: "jo", expiresAt, browser: null, proof }, gone),
      () => store.noteAsked({ id: "canary", account: "jo", expiresAt }, gone),
      () => away.read("canary", signal),
      () => away.bind("canary", "b", now, until, signal),
      () => away.claim("canary", "b", now, signal),
      () => away.claimCode("canary", "c", until, signal),
    ];
    for (const use of uses) {
      await expect(use()).rejects.toMatchObject({
        code: "store-unavailable",
        message: expect.not.stringContaining("canary"),
      });
    }
    nowhere.destroy();
  });
}
