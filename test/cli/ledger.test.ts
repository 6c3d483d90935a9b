import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ledgerOf } from "../../cli/connection-ledger.ts";
import type { LedgerEntry, RenewalReason } from "../../functions/model/token-record.ts";
import { ledgerAttributes, tokenAttributes } from "../../functions/store/record-attributes.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { aRecord, aToken, at } from "../support/a-record.ts";
import { clientOf } from "../support/stack-token-store.ts";
import { TABLE, tokenTable } from "../support/token-table.ts";
import { lambdaAccount } from "./lambda-account.ts";

const now = at("10:01:00.000");
const { connection } = aRecord();

function anIssue(version: number, reason: RenewalReason, time: string): LedgerEntry {
  const call = {
    fence: version,
    owner: `p.${version}`,
    latencyMs: 150,
    outcome: "issued",
  } as const;
  return { ...call, at: at(time), version, reason, fingerprint: `token-${version}` };
}

describe("of a record's versions", () => {
  test.each([
    ["expired", "expired"],
    ["scheduled", "renewed"],
    ["validity", "renewed"],
    ["rejected", "rejected"],
    ["takeover", "doubted"],
    ["consent", "replaced"],
    ["cold", "removed"],
  ] as const)("one whose successor was requested because of %s is told to be %s", (reason, end) => {
    const ledger = [anIssue(2, "cold", "09:55:00.000"), anIssue(3, reason, "10:00:00.200")];
    const { versions } = ledgerOf(aRecord({ ledger }), now);
    expect(versions.map((each) => [each.version, each.end, each.endedAt])).toEqual([
      [2, end, at("10:00:00.200")],
      [3, "in-use", null],
    ]);
  });

  test.each([
    ["in use until its end", {}, "in-use", null],
    ["over at its end", { usableUntil: at("10:00:59.999") }, "expired", at("10:00:59.999")],
    ["over at that very instant", { usableUntil: now }, "expired", now],
    ["in use without an end", { usableUntil: null, expiresAt: null }, "in-use", null],
  ])("the stored one is %s", (_, token, end, endedAt) => {
    const { versions } = ledgerOf(aRecord({ token: aToken(token) }), now);
    expect(versions).toMatchObject([{ version: 3, end, endedAt, reason: null }]);
  });

  test("the stored one is in doubt, if a later request may have revoked it", () => {
    const doubtedAt = at("10:00:30.000");
    const { versions } = ledgerOf(aRecord({ doubtedAt }), now);
    expect(versions).toMatchObject([{ end: "doubted", endedAt: doubtedAt }]);
  });

  test("the last is removed, if no token is stored; and replaced, if the next has no entry", () => {
    const ledger = [anIssue(3, "consent", "10:00:00.200")];
    const ends = (record: Parameters<typeof ledgerOf>[0]) =>
      ledgerOf(record, now).versions.map(({ version, end }) => [version, end]);
    expect(ends(aRecord({ token: null, ledger }))).toEqual([[3, "removed"]]);
    expect(ends(aRecord({ version: 4, ledger }))).toEqual([
      [3, "replaced"],
      [4, "in-use"],
    ]);
  });
});

/** An account with a token table of this name, and these records in it. */
async function anAccount(name: string, items: readonly Record<string, unknown>[]) {
  const account = await lambdaAccount({});
  const database = await startDynamoDb();
  onTestFinished(database.stop);
  await createTables(database.url, [{ ...tokenTable, name }]);
  const client = clientOf(database.url);
  for (const Item of items) {
    await client.send(new PutItemCommand({ TableName: name, Item: Item as never }));
  }
  client.destroy();
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", database.url);
  return account;
}

function anItem(ledger: readonly LedgerEntry[], more: object = {}) {
  const written = {
    ...{ pk: { S: connection }, realm: { S: "conferma/production" }, revision: { S: "r" } },
    ...{ fence: { N: "4" }, version: { N: "3" } },
    ...tokenAttributes(connection, aToken(), 3),
    ...ledgerAttributes(ledger),
    ...more,
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null));
}

describe("ledger", () => {
  const failed = { ...anIssue(0, "expired", "10:00:30.000"), fingerprint: null };
  const calls = [
    anIssue(2, "rejected", "09:55:00.000"),
    anIssue(3, "expired", "10:00:00.200"),
    { ...failed, fence: 4, outcome: "provider-unavailable" as const },
  ];

  test("reads the table: each call to the provider, and what became of it", async () => {
    const account = await anAccount("token-vending", [anItem(calls)]);
    const { exitCode, out, notices } = await account.run(`ledger ${connection}`);
    expect({ exitCode, notices }).toEqual({ exitCode: 0, notices: "" });
    expect(out.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["conferma/production/default: version 3, lease 4"],
      [""],
      ["version", "fingerprint", "called", "because", "usable until", "became"],
      [expect.stringMatching(/^─/), ...Array.from({ length: 5 }, () => expect.anything())],
      ["2", "token-2", "6 min ago", "rejected", "–", "expired"],
      ["3", "9f86d081884c", "59 s ago", "expired", "in 3 min 59 s", "in use"],
      ["–", "–", "30 s ago", "expired", "–", "provider-unavailable"],
      [""],
      [expect.stringContaining("The record has the stored version and the last three calls.")],
      [`run vend -- history ${connection} --since 30d`],
    ]);
  });

  test("as JSON has the same, and no sealed byte", async () => {
    const account = await anAccount("other", [anItem(calls)]);
    const { out } = await account.run(`ledger ${connection} --table other --json`);
    expect(JSON.parse(out)).toMatchObject({
      ...{ connection, version: 3, fence: 4, damage: [] },
      versions: [
        { version: 2, end: "expired", endedAt: "2026-11-20T10:00:00.200Z" },
        { version: 3, end: "in-use", usableUntil: "2026-11-20T10:04:59.000Z" },
      ],
      failedCalls: [{ outcome: "provider-unavailable" }],
    });
    expect(out).not.toMatch(/sealed/);
  });

  test("names what is damaged, and goes on", async () => {
    const account = await anAccount("token-vending", [anItem([], { issuedAt: { S: "soon" } })]);
    const { exitCode, out } = await account.run(`ledger ${connection}`);
    expect(exitCode).toBe(0);
    expect(out).toContain("Damaged: issuedAt.");
  });

  test.each([
    ["is of a newer release", [anItem([], { layout: { N: "99" } })], "newer-record"],
    ["does not exist", [], "no-record"],
  ])("says so of a record that %s", async (_, items, code) => {
    const account = await anAccount("token-vending", items);
    const { exitCode, out, notices } = await account.run(`ledger ${connection} --json`);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ problem: { code } });
    expect(notices).toContain("Next:");
  });

  test("of a table that does not exist names the table", async () => {
    const account = await anAccount(TABLE, []);
    const { notices } = await account.run(`ledger ${connection}`);
    expect(notices).toContain("(no-table)");
    expect(notices).toContain("token-vending: ");
  });
});
