import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { HeldLease, TokenStore } from "../../functions/model/token-store.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { aFailure, aLease, at } from "./a-record.ts";
import { aClaim, describeClaims } from "./describe-claims.ts";
import { describeConsents } from "./describe-consents.ts";
import { describeDamagedRows } from "./describe-damaged-rows.ts";
import { describeLateIssues } from "./describe-late-issues.ts";
import { describeReseals } from "./describe-reseals.ts";
import { startFaultyProxy } from "./stack-faulty-proxy.ts";
import {
  aCommit,
  aFailedAttempt,
  anEntry,
  anIntent,
  aTakeover,
  attemptAfter,
  clientOf,
  freezesOf,
  readerOf,
  takenLease,
} from "./stack-token-store.ts";
import { TABLE, tokenTable } from "./token-table.ts";

interface RunningDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

const signal = new AbortController().signal;
const realm = { provider: "conferma", environment: "test" } as const;
const aConnection = () => connectionOf(realm, randomUUID());
/** Of an issue that came late. */
const late = at("10:00:08.000");

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
    store = dynamoDbTokenStore(sdkItemTable(client, TABLE), readerOf(), freezesOf());
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

  const commit = (held: HeldLease) => store.commit(held, () => aCommit(held), signal);
  const fail = (held: HeldLease) => store.fail(held, attemptAfter, signal);

  /** A connection with one token, free. */
  async function committed(owner = "first"): Promise<TokenRecord> {
    const held = await take(aConnection(), owner);
    return (await commit(held)) ?? expect.fail("not committed");
  }

  describe("reading", () => {
    it("finds nothing for a connection that was never leased", async () => {
      expect(await store.read(aConnection(), signal)).toBeNull();
    });

    it("reads its own writes, whole, at once", async () => {
      const connection = aConnection();
      const held = await take(connection, "a");
      expect(await store.read(connection, signal)).toEqual(held.record);
      expect(held.record).toMatchObject({ fence: 1, version: 0, token: null, lease: held.lease });
      const commit = aCommit(held);
      const stored = await store.commit(held, () => commit, signal);
      expect(stored).toEqual({
        ...held.record,
        ...commit,
        revision: stored?.revision,
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
      const patient = clientOf(proxy.url, 60_000);
      const asked = dynamoDbTokenStore(sdkItemTable(patient, TABLE), readerOf(), freezesOf());
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          asked.takeLease(connection, null, anIntent(`p${at}`), signal),
        ),
      );
      patient.destroy();
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
      const stored = await commit(held);
      expect((await take(record.connection, "c", stored)).record.fence).toBe(3);
    });

    it("refuses a process that saw no record where there is one now", async () => {
      const record = await committed();
      const answer = await store.takeLease(record.connection, null, anIntent("b"), signal);
      expect(answer).toEqual({ held: null, record });
    });

    it("refuses a process that saw a token that has been replaced since", async () => {
      const seen = await committed();
      const held = await take(seen.connection, "b", seen);
      const current = await commit(held);
      const answer = await store.takeLease(seen.connection, seen, anIntent("b"), signal);
      expect(answer).toEqual({ held: null, record: current });
    });

    it("refuses a process that has not seen the current lease", async () => {
      const seen = await committed();
      const { record } = await take(seen.connection, "b", seen);
      const answer = await store.takeLease(seen.connection, seen, anIntent("c"), signal);
      expect(answer).toEqual({ held: null, record });
    });

    it("is granted after an abandoned lease to one of twenty", async () => {
      const { connection, record: seen } = await vanished();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          store.takeLease(connection, seen, aTakeover(`p${at}`), signal),
        ),
      );
      const [winner, ...others] = answers.filter((answer) => answer.held);
      expect(others).toEqual([]);
      expect(winner?.held?.record).toMatchObject({ fence: 2, doubtedAt: at("10:00:00.200") });
    });

    it("is refused when the slow holder commits just before", async () => {
      const { connection, held, record: seen } = await vanished();
      const current = await commit(held);
      const answer = await store.takeLease(connection, seen, aTakeover("b"), signal);
      expect(answer).toEqual({ held: null, record: current });
      expect((await store.read(connection, signal))?.doubtedAt).toBeNull();
    });

    it("is refused when the slow holder fails just before", async () => {
      const { connection, held, record: seen } = await vanished();
      const current = await fail(held);
      const answer = await store.takeLease(connection, seen, aTakeover("b"), signal);
      expect(answer).toEqual({ held: null, record: current });
    });

    it("is refused to a process that has not seen a late issue", async () => {
      const seen = await committed();
      expect(await store.recordLateIssue(seen, anEntry(), late, signal)).toBe(true);
      const answer = await store.takeLease(seen.connection, seen, anIntent("b"), signal);
      expect(answer).toMatchObject({ held: null, record: { doubtedAt: late } });
    });

    it("is recognised as one's own when its answer was lost", async () => {
      const connection = aConnection();
      proxy.plan("UpdateItem", "lose-answer");
      expect((await take(connection, "a")).record).toMatchObject({ fence: 1 });
    });
  });

  describeConsents(() => store);
  describeClaims(() => ({ store, client }));
  describeLateIssues(() => store);
  describeReseals(() => store);
  describeDamagedRows(() => ({ store, client }));

  describe("ending a lease", () => {
    it("by a commit writes its doubt and rejections, and removes the failure", async () => {
      const first = await take(aConnection(), "a");
      const failed = await store.fail(
        first,
        () => ({ ...aFailedAttempt(), doubtedAt: late }),
        signal,
      );
      expect(failed).toMatchObject({ doubtedAt: late, failure: aFailure(), lease: null });
      const held = await take(first.record.connection, "b", failed, anIntent("b", late));
      expect(held.record.doubtedAt).toEqual(late);
      const rejections = { level: 1.25, at: at("10:00:05.000") };
      const said = { ...aCommit(held), rejections };
      const stored = await store.commit(held, () => said, signal);
      expect(stored).toMatchObject({ doubtedAt: null, rejections, failure: null, lease: null });
    });

    it("by a failure keeps the token, its version and the other attributes", async () => {
      const record = await committed();
      const held = await take(record.connection, "b", record);
      const { isConsentOver, isTokenDead, ...remembered } = {
        ...aFailedAttempt(),
        ledger: [anEntry()],
      };
      const failed = await store.fail(
        held,
        () => ({ isConsentOver, isTokenDead, ...remembered }),
        signal,
      );
      const { version, token, typicalRenewalMs } = record;
      expect(failed).toMatchObject({ version, token, typicalRenewalMs, ...remembered, fence: 2 });
    });

    it("by a failure deletes a token that is known to be revoked, and keeps the version", async () => {
      const record = await committed();
      const held = await take(record.connection, "b", record);
      const dead = { ...aFailedAttempt(), isTokenDead: true };
      const failed = await store.fail(held, () => dead, signal);
      expect(failed).toMatchObject({ version: 1, token: null, failure: aFailure() });
      const again = await take(record.connection, "c", failed);
      expect(await commit(again)).toMatchObject({ version: 2 });
    });

    it("is computed again from another process's writes, as often as necessary", async () => {
      const record = await committed();
      const held = await take(record.connection, "b", record);
      const seen: (Date | null)[] = [];
      await store.recordLateIssue(held.record, anEntry(), late, signal);
      const stored = await store.commit(
        held,
        (current) => {
          seen.push(current.doubtedAt);
          return { ...aCommit(held), doubtedAt: current.doubtedAt, ledger: current.ledger };
        },
        signal,
      );
      expect(seen).toEqual([null, late]);
      expect(stored).toMatchObject({ version: 2, doubtedAt: late, ledger: [{}, anEntry()] });

      const next = await take(record.connection, "c", stored);
      await store.recordLateIssue(next.record, anEntry(), at("10:00:09.000"), signal);
      const failed = await store.fail(next, attemptAfter, signal);
      expect(failed).toMatchObject({ doubtedAt: at("10:00:09.000"), lease: null });
    });

    it("is refused to any process but its holder, and changes nothing", async () => {
      const held = await take(aConnection(), "a");
      const thief = { ...held, lease: aLease({ owner: "thief" }) };
      expect(await commit(thief)).toBeNull();
      expect(await fail(thief)).toBeNull();
      expect(await store.read(held.record.connection, signal)).toEqual(held.record);
    });

    it("is refused to a holder that was overtaken, whether its successor has finished or not", async () => {
      const { connection, held: overtaken, record: seen } = await vanished();
      const successor = await take(connection, "b", seen, aTakeover("b"));
      expect(await commit(overtaken)).toBeNull();
      expect(await fail(overtaken)).toBeNull();
      expect(await store.read(connection, signal)).toEqual(successor.record);

      const current = await commit(successor);
      expect(await commit(overtaken)).toBeNull();
      expect(await fail(overtaken)).toBeNull();
      expect(await store.read(connection, signal)).toEqual(current);
    });

    it("is refused under an old fence to an owner that holds the next lease", async () => {
      const record = await committed("a");
      const old = { record: { ...record }, lease: aLease({ owner: "a" }) };
      const held = await take(record.connection, "a", record);
      expect(await fail(old)).toBeNull();
      expect(await store.read(record.connection, signal)).toEqual(held.record);
    });

    it("is recognised as one's own when it is repeated", async () => {
      const held = await take(aConnection(), "a");
      const stored = await commit(held);
      expect(await commit(held)).toEqual(stored);

      const next = await take(held.record.connection, "b", stored);
      const failed = await fail(next);
      expect(await fail(next)).toEqual(failed);
    });

    it("is recognised as one's own by its token, even if another process has taken the next lease since", async () => {
      const held = await take(aConnection(), "a");
      const stored = await commit(held);
      const next = await take(held.record.connection, "b", stored);
      expect(await commit(held)).toEqual(next.record);
    });

    it("is recognised as one's own when the SDK repeats it after a lost answer", async () => {
      const held = await take(aConnection(), "a");
      proxy.plan("UpdateItem", "lose-answer");
      const stored = await commit(held);
      expect(stored).toMatchObject({ version: 1, lease: null });

      const next = await take(held.record.connection, "b", stored);
      proxy.plan("UpdateItem", "lose-answer");
      expect(await fail(next)).toMatchObject({ lease: null });
    });
  });

  describe("a database that is unavailable", () => {
    it("is store-unavailable, in our own words", async () => {
      const nowhere = clientOf("http://127.0.0.1:1");
      const unreachable = dynamoDbTokenStore(sdkItemTable(nowhere, TABLE), readerOf(), freezesOf());
      const failures = await Promise.all([
        unreachable.read(aConnection(), signal).catch((error: unknown) => error),
        unreachable
          .takeLease(aConnection(), null, anIntent("b"), signal)
          .catch((error: unknown) => error),
        unreachable
          .claimRevocationScope("scope", aClaim(aConnection()), null, signal)
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
      const mistaken = dynamoDbTokenStore(
        sdkItemTable(client, "AnotherTable"),
        readerOf(),
        freezesOf(),
      );
      const failure = await mistaken.read(aConnection(), signal).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "store-unavailable" });
      expect(String(failure)).not.toContain("AnotherTable");
    });

    it("that throttles gets retries of the SDK", async () => {
      proxy.plan("GetItem", "throttle", 2);
      expect(await store.read(aConnection(), signal)).toBeNull();
    });
  });

  /** A process has taken the lease and crashed. */
  async function vanished() {
    const connection = aConnection();
    const held = await take(connection, "lost");
    return { connection, held, record: held.record };
  }
}
