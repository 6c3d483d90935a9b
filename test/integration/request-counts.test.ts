import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { startCfis } from "../../local/simulators/cfis/cfis.ts";
import type { TestStack } from "../support/stack.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";
import { confermaWorld, staticKeyWorld } from "../support/stack-realms.ts";
import type { VendProcess } from "../support/vend-process.ts";

interface Requests {
  readonly reads: number;
  readonly writes: number;
  readonly secrets: number;
  /** Data keys that KMS generated and decrypted. */
  readonly dataKeys: number;
  readonly opened: number;
}

/** The requests to AWS of one vend, by operation. */
async function costOf(stack: TestStack, vend: () => Promise<unknown>): Promise<Requests> {
  stack.dynamoDb.requests.reset();
  stack.secretsManager.requests.reset();
  stack.kms.requests.reset();
  await vend();
  const { dynamoDb, secretsManager, kms } = stack;
  // With a record its realm's freeze is read, in one request, unless that was read in the last seconds.
  const reads = dynamoDb.requests.of("GetItem") + dynamoDb.requests.of("BatchGetItem");
  const writes = dynamoDb.requests.of("UpdateItem");
  const secrets = secretsManager.requests.of("GetSecretValue");
  const [dataKeys, opened] = [kms.requests.of("GenerateDataKey"), kms.requests.of("Decrypt")];
  expect(dynamoDb.requests.total()).toBe(reads + writes);
  expect(secretsManager.requests.total()).toBe(secrets);
  expect(kms.requests.total()).toBe(dataKeys + opened);
  return { reads, writes, secrets, dataKeys, opened };
}

const nothing: Requests = { reads: 0, writes: 0, secrets: 0, dataKeys: 0, opened: 0 };
/** Read, lease, commit: a static key revokes nothing. */
const keyLook: Requests = { ...nothing, reads: 1, writes: 2, secrets: 1 };
const storeHit: Requests = { ...nothing, reads: 1 };
/** Read, lease, claim of the revocation scope, commit; the secret is read between lease and claim. */
const renewal: Requests = { ...nothing, reads: 1, writes: 3, secrets: 1 };

it("a cold issue costs four requests to the table, one to Secrets Manager, and one call", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const process = await stack.start(realm);

  expect(await costOf(stack, () => process.vend())).toEqual(renewal);
  expect(simulator.journal.map(({ kind }) => kind)).toEqual(["issue"]);

  expect(await costOf(stack, () => process.vend())).toEqual(nothing);
  const newcomer = await stack.start(realm);
  expect(await costOf(stack, () => newcomer.vend())).toEqual(storeHit);
  expect(await costOf(stack, () => newcomer.vend())).toEqual(nothing);
  expect(simulator.journal).toHaveLength(1);
});

it("a renewal at expiry costs four requests to the table and one call; the secret is cached", async () => {
  const { stack, simulator, realm } = await confermaWorld({ lifetimeMs: 1000 });
  const process = await stack.start(realm);
  await process.vend();
  await sleep(1400);
  expect(await costOf(stack, () => process.vend())).toEqual({ ...renewal, secrets: 0 });
  await sleep(1400);
  const newcomer = await stack.start(realm);
  expect(await costOf(stack, () => newcomer.vend())).toEqual(renewal);
  expect(simulator.counters.issues()).toBe(3);
});

it("with a key in KMS, the first issue generates a data key, and a store hit in a new process decrypts it", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const process = await stack.start(realm, stack.kmsKey);
  const first = { ...renewal, dataKeys: 1 };
  expect(await costOf(stack, () => process.vend())).toEqual(first);
  expect(await costOf(stack, () => process.vend())).toEqual(nothing);

  const newcomer = await stack.start(realm, stack.kmsKey);
  expect(await costOf(stack, () => newcomer.vend())).toEqual({ ...storeHit, opened: 1 });
  expect(await costOf(stack, () => newcomer.vend())).toEqual(nothing);

  // Another token of the same hour: no data key is generated to seal it, none is decrypted to open it.
  const renewed = { ...renewal, secrets: 0 };
  expect(await costOf(stack, () => process.vend({ rejectedVersion: 1 }))).toEqual(renewed);
  expect(await costOf(stack, () => newcomer.vend({ rejectedVersion: 1 }))).toEqual(storeHit);
  expect(simulator.counters.issues()).toBe(2);
});

it("with a key in KMS, checking a static key's secret generates no data key", async () => {
  const { stack, realm } = await staticKeyWorld();
  const process = await stack.start(realm, stack.kmsKey);
  expect(await costOf(stack, () => process.vend())).toEqual({ ...keyLook, dataKeys: 1 });
  const newcomer = await stack.start(realm, stack.kmsKey);
  await sleep(5100);
  expect(await costOf(stack, () => newcomer.vend())).toEqual({ ...keyLook, opened: 1 });
});

it("a rejection of an old version costs one read; of the current one, a renewal", async () => {
  const { stack, simulator, realm } = await confermaWorld();
  const [one, other] = [await stack.start(realm), await stack.start(realm)];
  await one.vend();
  const renewed = { ...renewal, secrets: 0 };
  expect(await costOf(stack, () => one.vend({ rejectedVersion: 1 }))).toEqual(renewed);
  expect(await costOf(stack, () => one.vend({ rejectedVersion: 1 }))).toEqual(nothing);
  expect(await costOf(stack, () => other.vend({ rejectedVersion: 1 }))).toEqual(storeHit);
  expect(simulator.counters.issues()).toBe(2);
});

it("each check of a static key costs three requests to the table and one to Secrets Manager; in between there are none", async () => {
  const { stack, simulator, realm } = await staticKeyWorld();
  const process = await stack.start(realm);
  expect(await costOf(stack, () => process.vend())).toEqual(keyLook);
  expect(await costOf(stack, () => process.vend())).toEqual(nothing);
  const newcomer = await stack.start(realm);
  expect(await costOf(stack, () => newcomer.vend())).toEqual(storeHit);
  await sleep(5100);
  expect(await costOf(stack, () => process.vend())).toEqual(keyLook);
  expect(await costOf(stack, () => newcomer.vend())).toEqual(storeHit);
  expect(simulator.journal).toEqual([]);
});

it("a new key with a probe costs one probe", async () => {
  const { stack } = await staticKeyWorld();
  const cfis = await startCfis({ environment: "staging" });
  const apiKey = cfis.registerKey();
  await stack.secrets.add("token-vending/cfis/test/default", { apiKey });
  const realm: RealmInput = {
    provider: "cfis",
    environment: "test",
    apiBaseUrl: cfis.url,
    probePath: "/api/v1/partner/validate",
  };
  const process = await stack.start(realm);

  expect(await costOf(stack, () => process.vend())).toEqual(keyLook);
  expect(expectAnswer(await process.vend()).token).toBe(apiKey);
  expect(await costOf(stack, async () => (await stack.start(realm)).vend())).toEqual(storeHit);
  expect(cfis.journal.filter(({ kind }) => kind === "probe")).toHaveLength(1);
  await cfis.stop();
});

/** The SDK's client of the table, and how it sends. */
const sdkOfTheTable = ["aws-http-handler", "sdk-item-table"];

it("a store hit loads nothing on first use; a cold issue loads what renews, the SDK, secrets and what requests a token", async () => {
  const { stack, realm } = await confermaWorld();
  const process = await stack.start(realm);
  expect(await lazyChunks(process)).toEqual([]);
  await process.vend();
  const forIssuing = [
    "renew-connection",
    "secrets-manager-source",
    "parse-secret",
    "client-grant",
    "http-request",
  ];
  expect(await lazyChunks(process)).toEqual([...sdkOfTheTable, ...forIssuing].toSorted());

  const newcomer = await stack.start(realm);
  expect(versionOrCode(await newcomer.vend())).toBe(1);
  expect(await lazyChunks(newcomer)).toEqual([]);
  const hot = (await newcomer.modules()).filter((url) => url.includes("/chunks/"));
  const cold = (await process.modules()).filter((url) => url.includes("/chunks/"));
  expect(hot.length).toBeLessThan(cold.length);
});

it("the KMS client is loaded only for a key in KMS, at the first token that is sealed; none is opened with it", async () => {
  const { stack, realm } = await confermaWorld();
  const process = await stack.start(realm, stack.kmsKey);
  expect(await lazyChunks(process)).toEqual([]);
  await process.vend();
  expect(await lazyChunks(process)).toContain("sdk-kms");

  const newcomer = await stack.start(realm, stack.kmsKey);
  expect(versionOrCode(await newcomer.vend())).toBe(1);
  expect(await lazyChunks(newcomer)).toEqual([]);
});

/** Code that several modules share, or that the SDK loads with its first request. */
const anonymous = ["chunk", "http"];

/** Chunks are named after the module that is loaded on first use. */
async function lazyChunks(process: VendProcess): Promise<string[]> {
  const urls = await process.modules();
  const names = urls.flatMap((url) => /\/chunks\/([\w-]+)-\w+\.mjs$/.exec(url)?.[1] ?? []);
  return names.filter((name) => !anonymous.includes(name)).toSorted();
}
