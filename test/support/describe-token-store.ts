import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { HeldLease, TokenStore } from "../../functions/model/token-store.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { aFailure, aLease } from "./a-record.ts";
import { describeConsents } from "./describe-consents.ts";
import { TABLE, tokenTable } from "./stack.ts";
import { startFaultyProxy } from "./stack-faulty-proxy.ts";
import {
  aCommit,
  aFailedAttempt,
  anEntry,
  anIntent,
  aTakeover,
  attemptOf,
  clientOf,
  takenLease,
} from "./stack-token-store.ts";

interface RunningDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

const signal = new AbortController().signal;
const realm = { provider: "conferma", environment: "test" } as const;
const aConnection = () => connectionOf(realm, randomUUID());

/** What a token store promises, whatever DynamoDB it stands on. */
export function describeTokenStore(start: () => Promise<RunningDatabase>): void {
  let database: RunningDatabase;
  let proxy: Awaited<ReturnType<typeof startFaultyProxy>>;
  let client: DynamoDBClient;
  let store: TokenStore;

  beforeAll(async () => {
    database = await start();
    proxy = await startFaultyProxy(database.url);
    await createTables(database.url, [tokenTable]);
    client = clientOf(proxy.url);
    store = dynamoDbTokenStore(client, TABLE);
  });

  afterAll(async () => {
    client.destroy();
    await proxy.stop();
    await database.stop();
  });

  const take = (
    connection: Connection,
    owner: string,
    seen: TokenRecord | null = null,
    intent = anIntent(owner),
  ): Promise<HeldLease> => takenLease(store, connection, seen, intent);

  /** A connection with one token, free. */
  async function committed(owner = "first"): Promise<TokenRecord> {
    const held = await take(aConnection(), owner);
    return (await store.commit(held, aCommit(held), signal)) ?? expect.fail("not committed");
  }

  describe("reading", () => {
    it("finds nothing where nobody ever asked", async () => {
      expect(await store.read(aConnection(), signal)).toBeNull();
    });

    it("reads its own writes, whole, at once", async () => {
      const connection = aConnection();
      const held = await take(connection, "a");
      expect(await store.read(connection, signal)).toEqual(held.record);
      expect(held.record).toMatchObject({ fence: 1, version: 0, token: null, lease: held.lease });
      const commit = aCommit(held);
      const stored = await store.commit(held, commit, signal);
      expect(stored).toEqual({
        ...held.record,
        ...commit,
        token: { ...commit.token, sealed: expect.anything() },
        lease: null,
      });
      expect(stored?.token?.sealed).toEqual(commit.token.sealed);
      expect(await store.read(connection, signal)).toEqual(stored);
    });

    it("refuses a record of a newer layout, and does not overwrite it", async () => {
      const connection = aConnection();
      const item = { pk: { S: connection }, layout: { N: "2" }, fence: { N: "1" } };
      await client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
      await expect(store.read(connection, signal)).rejects.toMatchObject({ code: "internal" });
      await expect(take(connection, "old")).rejects.toMatchObject({ code: "internal" });
      await expect(store.read(connection, signal)).rejects.toThrow("layout 2");
    });
  });

  describe("taking a lease", () => {
    it("grants it to one of fifty", async () => {
      const connection = aConnection();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          store.takeLease(connection, null, anIntent(`p${at}`), signal),
        ),
      );
      const winners = answers.filter((answer) => answer.held);
      expect(winners).toHaveLength(1);
      const owner = winners[0]?.held?.lease.owner;
      const told = answers.map((answer) => (answer.held ?? answer).record?.lease?.owner);
      expect(new Set(told)).toEqual(new Set([owner]));
    });

    it("increments the fence every time, and keeps the token", async () => {
      const record = await committed();
      const held = await take(record.connection, "b", record);
      expect(held.record).toMatchObject({ fence: 2, version: 1, token: record.token });
      const stored = await store.commit(held, aCommit(held), signal);
      expect((await take(record.connection, "c", stored)).record.fence).toBe(3);
    });

    it("refuses who saw nothing where something has come to be", async () => {
      const record = await committed();
      const answer = await store.takeLease(record.connection, null, anIntent("b"), signal);
      expect(answer).toEqual({ held: null, record });
    });

    it("refuses who saw a token that has been replaced since", async () => {
      const seen = await committed();
      const held = await take(seen.connection, "b", seen);
      const current = await store.commit(held, aCommit(held), signal);
      const answer = await store.takeLease(seen.connection, seen, anIntent("b"), signal);
      expect(answer).toEqual({ held: null, record: current });
    });

    it("refuses who did not see the lease that stands", async () => {
      const seen = await committed();
      const { record } = await take(seen.connection, "b", seen);
      const answer = await store.takeLease(seen.connection, seen, anIntent("c"), signal);
      expect(answer).toEqual({ held: null, record });
    });

    it("is granted over the lease of a holder that vanished, to one of twenty", async () => {
      const { connection, record: seen } = await vanished();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          store.takeLease(connection, seen, aTakeover(`p${at}`), signal),
        ),
      );
      const [winner, ...others] = answers.filter((answer) => answer.held);
      expect(others).toEqual([]);
      expect(winner?.held?.record).toMatchObject({ fence: 2, suspect: true });
    });

    it("is refused over a lease that is alive", async () => {
      const { connection, record: seen } = await vanished();
      const answer = await store.takeLease(connection, seen, anIntent("b", true), signal);
      expect(answer).toEqual({ held: null, record: seen });
    });

    it("is refused when the holder thought lost commits just before", async () => {
      const { connection, held, record: seen } = await vanished();
      const current = await store.commit(held, aCommit(held), signal);
      const answer = await store.takeLease(connection, seen, aTakeover("b"), signal);
      expect(answer).toEqual({ held: null, record: current });
      expect((await store.read(connection, signal))?.suspect).toBe(false);
    });

    it("is refused when the holder thought lost fails just before", async () => {
      const { connection, held, record: seen } = await vanished();
      const current = await store.fail(held, aFailedAttempt(), signal);
      const answer = await store.takeLease(connection, seen, aTakeover("b"), signal);
      expect(answer).toEqual({ held: null, record: current });
    });

    it("does not clear a doubt that arose after what was seen", async () => {
      const seen = await committed();
      expect(await store.recordLateIssue(seen, anEntry(), true, signal)).toBe(true);
      const answer = await store.takeLease(seen.connection, seen, anIntent("b"), signal);
      if (answer.held) await store.fail(answer.held, attemptOf(answer.held), signal);
      expect((await store.read(seen.connection, signal))?.suspect).toBe(true);
    });

    it("is recognised as one's own when its answer was lost", async () => {
      const connection = aConnection();
      proxy.plan("UpdateItem", "lose-answer");
      expect((await take(connection, "a")).record).toMatchObject({ fence: 1 });
    });
  });

  describeConsents(() => store);

  describe("ending a lease", () => {
    it("by a commit takes away doubt and failure", async () => {
      const first = await take(aConnection(), "a");
      const failed = await store.fail(first, { ...aFailedAttempt(), suspect: true }, signal);
      expect(failed).toMatchObject({ suspect: true, failure: aFailure(), lease: null });
      const held = await take(first.record.connection, "b", failed, anIntent("b", true));
      expect(held.record.suspect).toBe(true);
      const stored = await store.commit(held, aCommit(held), signal);
      expect(stored).toMatchObject({ suspect: false, failure: null, lease: null });
    });

    it("by a failure keeps the token, its version and what is remembered", async () => {
      const record = await committed();
      const held = await take(record.connection, "b", record);
      const { isConsentOver, ...remembered } = { ...aFailedAttempt(), ledger: [anEntry()] };
      const failed = await store.fail(held, { isConsentOver, ...remembered }, signal);
      const { version, token, typicalIssueMs } = record;
      expect(failed).toMatchObject({ version, token, typicalIssueMs, ...remembered, fence: 2 });
    });

    it("by a failure leaves a doubt that arose meanwhile", async () => {
      const record = await committed();
      const held = await take(record.connection, "b", record);
      await store.recordLateIssue(held.record, anEntry(), true, signal);
      expect(await store.fail(held, aFailedAttempt(), signal)).toMatchObject({ suspect: true });
    });

    it("is refused to anybody but its holder, and changes nothing", async () => {
      const held = await take(aConnection(), "a");
      const thief = { ...held, lease: aLease({ owner: "thief" }) };
      expect(await store.commit(thief, aCommit(thief), signal)).toBeNull();
      expect(await store.fail(thief, aFailedAttempt(), signal)).toBeNull();
      expect(await store.read(held.record.connection, signal)).toEqual(held.record);
    });

    it("is refused to a holder that was overtaken, whether its successor is at work or done", async () => {
      const { connection, held: late, record: seen } = await vanished();
      const successor = await take(connection, "b", seen, aTakeover("b"));
      expect(await store.commit(late, aCommit(late), signal)).toBeNull();
      expect(await store.fail(late, aFailedAttempt(), signal)).toBeNull();
      expect(await store.read(connection, signal)).toEqual(successor.record);

      const current = await store.commit(successor, aCommit(successor), signal);
      expect(await store.commit(late, aCommit(late), signal)).toBeNull();
      expect(await store.fail(late, aFailedAttempt(), signal)).toBeNull();
      expect(await store.read(connection, signal)).toEqual(current);
    });

    it("is refused under an old fence to an owner that holds the next lease", async () => {
      const record = await committed("a");
      const old = { record: { ...record }, lease: aLease({ owner: "a" }) };
      const held = await take(record.connection, "a", record);
      expect(await store.fail(old, aFailedAttempt(), signal)).toBeNull();
      expect(await store.read(record.connection, signal)).toEqual(held.record);
    });

    it("is recognised as one's own when it is repeated", async () => {
      const held = await take(aConnection(), "a");
      const stored = await store.commit(held, aCommit(held), signal);
      expect(await store.commit(held, aCommit(held), signal)).toEqual(stored);

      const next = await take(held.record.connection, "b", stored);
      const failed = await store.fail(next, aFailedAttempt(), signal);
      expect(await store.fail(next, aFailedAttempt(), signal)).toEqual(failed);
    });

    it("is recognised as one's own when the SDK repeats it after a lost answer", async () => {
      const held = await take(aConnection(), "a");
      proxy.plan("UpdateItem", "lose-answer");
      const stored = await store.commit(held, aCommit(held), signal);
      expect(stored).toMatchObject({ version: 1, lease: null });

      const next = await take(held.record.connection, "b", stored);
      proxy.plan("UpdateItem", "lose-answer");
      expect(await store.fail(next, aFailedAttempt(), signal)).toMatchObject({ lease: null });
    });
  });

  describe("forgetting", () => {
    it("removes the record for the holder of its lease, and once is enough", async () => {
      const held = await take(aConnection(), "a");
      await store.forget(held, signal);
      await store.forget(held, signal);
      expect(await store.read(held.record.connection, signal)).toBeNull();
    });

    it("does nothing for anybody else", async () => {
      const held = await take(aConnection(), "a");
      await store.forget({ ...held, lease: aLease({ owner: "thief" }) }, signal);
      await store.forget({ ...held, record: { ...held.record, fence: 0 } }, signal);
      expect(await store.read(held.record.connection, signal)).toEqual(held.record);
    });
  });

  describe("claiming a scope", () => {
    it("makes it one connection's, of twenty that ask", async () => {
      const scope = randomUUID();
      const all = Array.from({ length: 20 }, aConnection);
      const owners = await Promise.all(
        all.map((connection) => store.claimRevocationScope(connection, scope, null, signal)),
      );
      expect(new Set(owners).size).toBe(1);
      const [owner = aConnection()] = owners;
      expect(await store.claimRevocationScope(owner, scope, null, signal)).toBe(owner);
      expect(await store.claimRevocationScope(aConnection(), scope, aConnection(), signal)).toBe(
        owner,
      );
    });

    it("takes it over from an owner whose claim has lapsed, one of two", async () => {
      const scope = randomUUID();
      const [lapsed, one, other] = [aConnection(), aConnection(), aConnection()];
      await store.claimRevocationScope(lapsed, scope, null, signal);
      const owners = await Promise.all([
        store.claimRevocationScope(one, scope, lapsed, signal),
        store.claimRevocationScope(other, scope, lapsed, signal),
      ]);
      expect(new Set(owners).size).toBe(1);
      expect([one, other]).toContain(owners[0]);
      expect(await store.claimRevocationScope(lapsed, scope, null, signal)).toBe(owners[0]);
    });
  });

  describe("a late issue", () => {
    it("is written down beside the version it was seen with, and casts doubt if it must", async () => {
      const record = await committed();
      const entry = anEntry();
      expect(await store.recordLateIssue(record, entry, false, signal)).toBe(true);
      const ledger = [...record.ledger, entry];
      expect(await store.read(record.connection, signal)).toEqual({ ...record, ledger });
      const again = { ...record, ledger };
      expect(await store.recordLateIssue(again, entry, true, signal)).toBe(true);
      expect(await store.read(record.connection, signal)).toMatchObject({ suspect: true });
    });

    it("is not written beside another version", async () => {
      const seen = await committed();
      const held = await take(seen.connection, "b", seen);
      const current = await store.commit(held, aCommit(held), signal);
      expect(await store.recordLateIssue(seen, anEntry(), true, signal)).toBe(false);
      expect(await store.read(seen.connection, signal)).toEqual(current);
    });
  });

  describe("a database out of reach", () => {
    it("is store-unavailable, in words of ours", async () => {
      const nowhere = clientOf("http://127.0.0.1:1");
      const unreachable = dynamoDbTokenStore(nowhere, TABLE);
      const failures = await Promise.all([
        unreachable.read(aConnection(), signal).catch((error: unknown) => error),
        unreachable
          .takeLease(aConnection(), null, anIntent("b"), signal)
          .catch((error: unknown) => error),
        unreachable
          .claimRevocationScope(aConnection(), "scope", null, signal)
          .catch((error: unknown) => error),
      ]);
      nowhere.destroy();
      for (const failure of failures) {
        expect(failure).toMatchObject({ code: "store-unavailable", retryAfterSeconds: 1 });
        expect(failure).not.toHaveProperty("cause");
        expect(String(failure)).not.toMatch(/ECONN|127\.0\.0\.1|connect|Tokens/);
      }
    });

    it("is a table that does not exist, too", async () => {
      const mistaken = dynamoDbTokenStore(client, "AnotherTable");
      const failure = await mistaken.read(aConnection(), signal).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "store-unavailable" });
      expect(String(failure)).not.toContain("AnotherTable");
    });

    it("that throttles is asked again by the SDK", async () => {
      proxy.plan("GetItem", "throttle", 2);
      expect(await store.read(aConnection(), signal)).toBeNull();
    });
  });

  /** Someone took the lease and was not heard of since. */
  async function vanished() {
    const connection = aConnection();
    const held = await take(connection, "lost");
    return { connection, held, record: held.record };
  }
}
