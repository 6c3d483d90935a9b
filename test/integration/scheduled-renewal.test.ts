import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { BatchWriteItemCommand, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { TickSummary } from "../../functions/vending/schedule/renew-due.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LogLine } from "../../local/aws/lambda/lambda-host.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import { generateValue } from "../../local/secret-seeder.ts";
import type { Simulator } from "../../local/simulators/kit/simulator.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import type { VendClient } from "../../local/vend-client.ts";
import { createVendClient, useCredential } from "../../local/vend-client.ts";
import { expectAnswer } from "../support/stack-answers.ts";
import { nothingDue, oneRenewed, oneSkipped } from "../support/tick-summaries.ts";

const folder = mkdtempSync(path.join(tmpdir(), "token-vending-renewal-"));
const log: LogLine[] = [];
let stack: LocalStack;
let client: VendClient;
let table: DynamoDBClient;

beforeAll(async () => {
  stack = await startStack({
    folder,
    bundled: inject("bundlesFolder"),
    onLog: (line) => log.push(line),
  });
  // On a busy machine this file takes more than a minute. Here a tick comes when a test asks for it.
  await stack.scheduler.stop();
  client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
  table = new DynamoDBClient({
    endpoint: stack.dynamoDb.url,
    region: LOCAL_LOCATION.region,
    credentials: stack.identities.operator.keys,
  });
});

beforeEach(() => {
  log.length = 0;
});

afterAll(async () => {
  client.close();
  table.destroy();
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const realmOf = (name: string): LocalRealm =>
  stack.providers.realms.find(({ settings }) => nameOf(settings) === name) ??
  expect.fail(`no realm ${name}`);
const nameOf = ({ provider, environment }: LocalRealm["settings"]) => `${provider}/${environment}`;

/** The realm's renew function, as its schedule names it. */
function renewFunction(realm: LocalRealm): string {
  const { provider, environment } = realm.settings;
  const schedules = stack.scheduler.schedules.filter(
    ({ functionName }) => functionName === `token-vending-${provider}-${environment}-renew`,
  );
  expect(schedules).toMatchObject([{ everyMs: 60_000, payload: {} }]);
  return schedules[0]?.functionName ?? "";
}

/** What the schedule does once a minute. */
async function tick(realm: LocalRealm): Promise<TickSummary> {
  const { payload, functionError } = await stack.host.invoke(renewFunction(realm), {});
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return payload as TickSummary;
}

/** Ticks once, and again while a renewal has failed because a busy machine's AWS answered too late. */
async function ticksUntilNoneFails(realm: LocalRealm): Promise<TickSummary[]> {
  const ticks = [await tick(realm)];
  while (ticks.at(-1)?.failed !== 0) ticks.push(await tick(realm));
  return ticks;
}

/** The tokens that the provider has issued since `from`, oldest first. */
const issues = ({ journal }: Simulator, from = 0) =>
  journal.filter(({ kind, at }) => kind === "issue" && at >= from);

async function item(connection: string): Promise<Record<string, AttributeValue>> {
  const command = new GetItemCommand({
    TableName: stack.tableName,
    Key: { pk: { S: connection } },
    ConsistentRead: true,
  });
  return (await table.send(command)).Item ?? expect.fail(`no record of ${connection}`);
}

/**
 * Vends a token that ends soon; the next one does not, so that a tick has one renewal to do. A tick's process is there,
 * as in the minute before.
 */
async function vendedFor(name: string, lifetimeMs: number) {
  const realm = realmOf(name);
  const { simulator } = realm;
  await stack.host.prestart(renewFunction(realm));
  const begun = Date.now();
  simulator.settings.lifetimeMs = lifetimeMs;
  const first = expectAnswer(await vend(realm));
  simulator.settings.lifetimeMs = 300_000;
  const [issued] = issues(simulator, begun);
  const { renewAt } = await item(first.connection);
  return {
    realm,
    simulator,
    first,
    begun,
    issuedAt: issued?.at ?? expect.fail("nothing was issued"),
    renewAt: Number(renewAt?.N),
  };
}

const vend = (realm: LocalRealm) => client.vend(stack.functionOf(realm).name);

/** Much less than the minute between two ticks, and enough on a busy machine. */
const soonMs = 15_000;

it("a tick never calls Conferma before expiry, but soon after it; of two that overlap, only one does (P4)", async () => {
  const lifetimeMs = 1500;
  const { realm, simulator, first, begun, issuedAt } = await vendedFor(
    "conferma/sandbox",
    lifetimeMs,
  );

  const tallies = await Promise.all([tick(realm), tick(realm)]);

  expect(tallies).toContainEqual(oneRenewed);
  expect(tallies).toContainEqual(oneSkipped);
  const [, next, ...more] = issues(simulator, begun);
  expect(more).toEqual([]);
  expect(next?.at).toBeGreaterThanOrEqual(issuedAt + lifetimeMs);
  // The waiting tick renewed it, not the next one a minute later.
  expect(next?.at).toBeLessThan(issuedAt + lifetimeMs + soonMs);
  expect(simulator.counters.earlyIssues()).toBe(0);
  expect(simulator.counters.maxInFlight()).toBe(1);

  // A vend now returns the token that the schedule has stored.
  const answer = expectAnswer(await vend(realm));
  expect(answer.version).toBe(first.version + 1);
  expect(await useCredential(answer, realm.pingUrl)).toBe(200);
  expect(issues(simulator, begun)).toHaveLength(2);
});

it("a tick calls Send at the handover, and a caller that waits for it shares its token (P3, P4)", async () => {
  const { realm, simulator, first, begun, renewAt } = await vendedFor(
    "send-payments/sandbox",
    3000,
  );
  simulator.settings.latencyMs = 100;
  const ticked = tick(realm);
  await sleep(Math.max(0, Date.parse(first.usableUntil ?? "") - Date.now()) + 5);

  const waited = expectAnswer(await vend(realm));

  simulator.settings.latencyMs = 0;
  expect([oneRenewed, oneSkipped]).toContainEqual(await ticked);
  const [, next, ...more] = issues(simulator, begun);
  expect(more).toEqual([]);
  expect(next?.at).toBeGreaterThanOrEqual(renewAt);
  expect(next?.at).toBeLessThan(renewAt + soonMs);
  expect(waited).toMatchObject({ version: 2, fingerprint: next?.fingerprint });
  expect(await useCredential(waited, realm.pingUrl)).toBe(200);
  expect(simulator.counters.maxInFlight()).toBe(1);
});

it("a tick renews early where tokens coexist, and no caller's token is revoked (P4)", async () => {
  const lifetimeMs = 10_000;
  const { realm, simulator, first, begun, issuedAt, renewAt } = await vendedFor(
    "client-credentials/acme",
    lifetimeMs,
  );

  expect(await tick(realm)).toEqual(oneRenewed);

  expect(await useCredential(first, realm.pingUrl)).toBe(200);
  const [, next, ...more] = issues(simulator, begun);
  expect(more).toEqual([]);
  expect(next?.at).toBeGreaterThanOrEqual(renewAt);
  expect(next?.at).toBeLessThan(issuedAt + lifetimeMs);
  expect(next?.revoked ?? []).toEqual([]);
  expect(expectAnswer(await vend(realm)).version).toBe(2);
  const issued = log.filter(({ text }) => text.includes('"token-issued"'));
  expect(issued.at(-1)?.function).toBe(renewFunction(realm));
});

it("a tick with nothing due costs one query, and no more", async () => {
  const realm = realmOf("client-credentials/acme");
  stack.dynamoDb.requests.reset();
  stack.secretsManager.requests.reset();
  expect(await tick(realm)).toEqual(nothingDue);
  expect([...stack.dynamoDb.requests.byOperation]).toEqual([["Query", 1]]);
  expect(stack.secretsManager.requests.total()).toBe(0);
});

it.each(["cfis/staging", "cfis-provisioning/staging", "centrapay-api-key/test", "static-key/acme"])(
  "a tick has nothing to do for %s, whose keys are not issued",
  async (name) => {
    const realm = realmOf(name);
    await vend(realm);
    expect(await tick(realm)).toEqual(nothingDue);
  },
);

describe("two thousand connections in one realm", () => {
  const total = 2000;
  const [hour, second] = [3_600_000, 1000];
  const sizes = [25, 75];
  const lapsed = 600;
  let realm: LocalRealm;
  /** The row of an account that is due then, until then. */
  let rowOf: (n: number, dueAt: number, dueUntil?: number) => Record<string, AttributeValue>;

  beforeAll(async () => {
    realm = realmOf("client-credentials/acme");
    const { connection } = expectAnswer(await vend(realm));
    const record = await item(connection);
    rowOf = (n, dueAt, dueUntil = Date.now() + 2 * hour) => ({
      ...record,
      pk: { S: connection.replace("default", `account-${n}`) },
      renewAt: { N: String(dueAt) },
      keptUntil: { N: String(dueUntil) },
      dueAt: { N: String(dueAt) },
      dueUntil: { N: String(dueUntil) },
    });
    const secret = { clientId: generateValue("client"), clientSecret: generateValue("secret") };
    stack.providers.oauthServer.registerClient(secret);
    for (const n of range(Math.max(...sizes))) {
      await stack.secrets.add(`token-vending/client-credentials/acme/account-${n}`, secret);
    }
    const later = Date.now() + hour;
    await write(range(total).map((n) => rowOf(n, later)));
    expect(await tick(realm)).toEqual(nothingDue);
  });

  it.each(sizes)(
    "of which %d are due: a tick renews those, looks at no other, and stays within its memory",
    async (due) => {
      await write(range(due).map((n) => rowOf(n, Date.now() + second)));
      const [renewing] = stack.host.processes(renewFunction(realm));
      stack.dynamoDb.requests.reset();

      const ticks = await ticksUntilNoneFails(realm);

      expect(ticks[0]?.due).toBe(due);
      expect(sum(ticks.map(({ renewed }) => renewed))).toBe(due);
      const tries = sum(ticks.map((summary) => summary.due));
      const { requests } = stack.dynamoDb;
      expect(requests.of("Query")).toBeLessThan((ticks.length * due) / 2);
      // Every few seconds the freeze of the realm is read with a record, in one request. A read that a busy machine answers
      // too late is sent again, which is not the thousands that are not due.
      const reads = requests.of("GetItem") + requests.of("BatchGetItem");
      expect(reads).toBeGreaterThanOrEqual(due);
      expect(reads).toBeLessThanOrEqual(2 * tries);
      expect(requests.of("UpdateItem")).toBeGreaterThanOrEqual(2 * due);
      expect(requests.of("UpdateItem")).toBeLessThanOrEqual(2 * tries);
      expect(requests.total()).toBeLessThan(4 * tries + (ticks.length * due) / 2);
      const peakMb = peakMemoryMb(renewing?.pid ?? expect.fail("no process"));
      expect(peakMb).toBeGreaterThan(0);
      const { memoryMb } = stack.host.functions.find(
        ({ name }) => name === renewFunction(realm),
      ) ?? { memoryMb: 0 };
      expect(peakMb).toBeLessThan(memoryMb);
      expect(await tick(realm)).toEqual(nothingDue);
    },
  );

  it("of which hundreds have lapsed: each is read and written only once, 500 per tick", async () => {
    const last = range(total).slice(-lapsed);
    await write(last.map((n) => rowOf(n, Date.now() - hour, Date.now() - second)));
    for (const taken of [500, 100, 0]) {
      stack.dynamoDb.requests.reset();
      expect(await tick(realm)).toEqual(nothingDue);
      expect(stack.dynamoDb.requests.of("UpdateItem")).toBe(taken);
      expect(stack.dynamoDb.requests.of("GetItem")).toBe(0);
    }
    expect([...stack.dynamoDb.requests.byOperation]).toEqual([["Query", 1]]);
  });
});

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const range = (length: number) => Array.from({ length }, (_, n) => n);

/** The most that a process has ever had resident, all of it and not its heap alone: the kernel remembers. */
function peakMemoryMb(pid: number): number {
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

async function write(items: readonly Record<string, AttributeValue>[]): Promise<void> {
  for (let from = 0; from < items.length; from += 25) {
    const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    const command = new BatchWriteItemCommand({ RequestItems: { [stack.tableName]: requests } });
    const { UnprocessedItems = {} } = await table.send(command);
    expect(UnprocessedItems).toEqual({});
  }
}
