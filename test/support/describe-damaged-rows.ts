import { randomUUID } from "node:crypto";
import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { aConsent, at } from "./a-record.ts";
import { aCommit, anIntent, aTakeover, takenLease } from "./stack-token-store.ts";
import { TABLE } from "./token-table.ts";

const signal = new AbortController().signal;
const realm = { provider: "connectpay", environment: "test" } as const;
const instant = (time: string) => ({ N: String(Number(at(time))) });

/** Attributes and their damage: numbers beyond 2^53, instants beyond the range of dates, other types. */
const damages: readonly [name: string, value: AttributeValue][] = [
  ["fence", { N: "99999999999999999999" }],
  ["fence", { S: "three" }],
  ["version", { N: "-1" }],
  ["version", { N: "1.5" }],
  ["layout", { S: "1" }],
  ["revision", { N: "7" }],
  ["issuedAt", { N: "9e40" }],
  ["requestedAt", { BOOL: true }],
  ["renewAt", { NULL: true }],
  ["sealed", { S: "text" }],
  ["fingerprint", { N: "1" }],
  ["leaseOwner", { N: "7" }],
  ["leaseUntil", { N: "9007199254740993" }],
  ["leaseSince", { S: "now" }],
  ["doubtedAt", { S: "yes" }],
  ["failure", { M: {} }],
  ["rejectionLevel", { N: "-1" }],
  ["rejectionLevelAt", { N: "9e40" }],
  ["typicalIssueMs", { N: "-5" }],
  ["ledger", { L: [{ S: "entry" }] }],
  ["consentedAt", { S: "once" }],
  ["refreshEndsAt", { N: "9e40" }],
];

/** What a token store promises of rows that somebody has damaged. */
export function describeDamagedRows(
  database: () => { store: TokenStore; client: DynamoDBClient },
): void {
  describe("a damaged row", () => {
    let store: TokenStore;
    let client: DynamoDBClient;
    beforeAll(() => {
      ({ store, client } = database());
    });

    /** A connection with a token, a consent, a doubt, a failure, and an abandoned lease. */
    async function aFullRow(): Promise<Record<string, AttributeValue>> {
      const connection = connectionOf(realm, randomUUID());
      const first = await takenLease(store, connection, null, anIntent("a.1"));
      const commit = { ...aCommit(first), consent: aConsent(), typicalRenewalMs: 150 };
      const rejections = { level: 1, at: at("10:00:00.000") };
      const stored = await store.commit(first, () => ({ ...commit, rejections }), signal);
      await takenLease(store, connection, stored, anIntent("b.1", at("10:00:00.200")));
      const { Item = {} } = await client.send(
        new GetItemCommand({ TableName: TABLE, Key: { pk: { S: connection } } }),
      );
      return { ...Item, failure: { M: aFailureItem } };
    }

    async function putDamaged(
      name: string,
      value: AttributeValue,
    ): Promise<{ connection: Connection; record: TokenRecord }> {
      const Item = { ...(await aFullRow()), [name]: value };
      await client.send(new PutItemCommand({ TableName: TABLE, Item }));
      const connection = Item["pk"]?.S as Connection;
      const record = await store.read(connection, signal);
      return { connection, record: record ?? expect.fail("nothing there") };
    }

    it.each(damages)("whose %s is %j is leased, and healed by a commit", async (name, value) => {
      const { connection, record } = await putDamaged(name, value);
      // A revision is compared, and never read.
      if (name !== "revision") expect(record.damage).not.toEqual([]);
      const held = await takenLease(store, connection, record, aTakeover("c.1"));
      const consent = held.record.consent;
      const healed = await store.commit(held, () => ({ ...aCommit(held), consent }), signal);
      expect(healed).toMatchObject({ damage: [], lease: null, token: { committedBy: "c.1" } });
      expect(healed?.version).toBeGreaterThan(1);
      expect(healed?.consent?.refresh?.fingerprint).toBe(aConsent().refresh?.fingerprint);
    });

    it("whose lease cannot be read counts as abandoned: its holder may have issued", async () => {
      const { record } = await putDamaged("leaseUntil", { S: "tomorrow" });
      expect(record.lease).toMatchObject({
        owner: "",
        since: new Date(0),
        until: new Date(0),
        reason: "takeover",
      });
    });

    it("does not use a version twice", async () => {
      const { record } = await putDamaged("version", { S: "one" });
      expect(record.version).toBe(1);
    });
  });
}

const aFailureItem = {
  code: { S: "provider-unavailable" },
  detail: { S: "The provider answered 503." },
  at: instant("10:00:00.000"),
  count: { N: "1" },
  retryAt: instant("10:00:07.000"),
};
