/**
 * The CPU time of a store hit, in which a process reads a record and opens its token: with tokens sealed in layout 1, in
 * layout 2, and as another checkout does it.
 *
 *     node test/sealing/measure-store-hit.ts [another checkout]
 *
 * The SDK's clients are real, the network is not. Blocks of each kind alternate, so that whatever else the machine does
 * concerns all alike; the ratio is that of the medians.
 */
import path from "node:path";
import { Readable } from "node:stream";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Connection } from "../../functions/model/connection.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import type { SealedAs, Sealer } from "../../functions/model/sealer.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { StoredToken } from "../../functions/model/token-record.ts";
import type { SealingLayout } from "../../functions/sealing/sealed-layouts.ts";

const blocks = 31;
const hitsPerBlock = 400;
const opensPerBlock = 4000;
const connection = "conferma/production/default" as Connection;
const signal = new AbortController().signal;
const here = path.join(import.meta.dirname, "../..");

/** An AWS service that gives the same answer to each request. */
function answering(answer: object) {
  const body = Buffer.from(JSON.stringify(answer));
  const headers = { "content-type": "application/x-amz-json-1.1" };
  const handle = async () => ({
    response: { statusCode: 200, headers, body: Readable.from([body]) },
  });
  const credentials = { accessKeyId: "a", secretAccessKey: "a" };
  return { region: "eu-west-1", credentials, requestHandler: { handle } as never };
}

const dataKey = { Plaintext: text(32), CiphertextBlob: text(184) };

function text(bytes: number): string {
  return Buffer.alloc(bytes, 7).toString("base64");
}

interface Measured {
  readonly name: string;
  readonly hit: () => Promise<void>;
  readonly open: () => Promise<void>;
}

async function measured(name: string, root: string, layout: SealingLayout): Promise<Measured> {
  const load = (file: string) => import(path.join(root, "functions", file));
  const { kmsSealer } = await load("sealing/kms-sealer.ts");
  const { openSdkKms } = await load("sealing/sdk-kms.ts");
  const { systemClock: clock } = await load("platform/system-clock.ts");
  const { recordReader } = await load("store/record-reader.ts");
  const { tokenAttributes } = await load("store/record-attributes.ts");
  const { dynamoDbTokenStore } = await load("store/dynamodb-token-store.ts");
  const { sdkItemTable } = await load("store/sdk-item-table.ts");
  const { vendToken } = await load("vending/vend-token.ts");
  const { CredentialCache } = await load("vending/credential-cache.ts");
  const { termsOf } = await load("model/token-record.ts");
  const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const kms = answering(dataKey);
  const settings = { layout, previousKeyArn: null };
  const sealer: Sealer = kmsSealer(openSdkKms(kms), keyArn, clock, settings);
  const now = Date.now();
  const terms = {
    fingerprint: "9f86d081884c",
    issuedUnder: "at-expiry",
    requestedAt: new Date(now - 1000),
    issuedAt: new Date(now - 900),
    usableUntil: new Date(now + 3_000_000),
    expiresAt: new Date(now + 3_001_000),
    secretVersion: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
  } as const;
  const as: SealedAs = {
    connection,
    version: 13,
    kind: "token",
    terms: termsOf?.(terms, null) ?? "",
  };
  const sealed = await sealer.seal(new Sensitive("t".repeat(1200)), as, signal);
  const token: StoredToken = {
    ...terms,
    terms: as.terms,
    sealed,
    committedBy: "Qm9hdHN3YWlu.3",
    renewAt: new Date(now + 3_001_450),
    keepAliveUntil: null,
    due: null,
  };
  const attributes = tokenAttributes(connection, token, 13);
  const item = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
  const Item = {
    ...{ pk: { S: connection }, fence: { N: "13" }, version: { N: "13" } },
    ...item,
    sealed: { B: Buffer.from(sealed).toString("base64") },
  };
  const log = { info: () => {}, warn: () => {}, error: fail };
  const metrics = { record: () => {} };
  const readRecord = recordReader({ clock, log, metrics, process: "p" });
  const fresh = { latest: () => null, isFresh: () => true };
  const client = new DynamoDBClient(answering({ Item }));
  const deps = {
    ...{ realm: { provider: "conferma", environment: "production" }, clock, log, metrics },
    store: dynamoDbTokenStore(sdkItemTable(client, "tokens"), readRecord, fresh),
    sealer,
    provider: {
      policy: { renewal: "at-expiry" },
      presentation: { headerName: "Authorization", scheme: "Bearer" },
    },
  } as unknown as Dependencies;
  const request = { account: "default", minValiditySeconds: 0, rejectedVersion: null };
  const deadline = { msLeft: () => 10_000, signal, onBehalfOf: "caller" };
  return {
    name,
    hit: async () => void (await vendToken(deps, new CredentialCache(clock), request, deadline)),
    open: async () => void ((await sealer.open(sealed, as, signal)) ?? fail()),
  };
}

function fail(): never {
  throw new Error("It does not open, or is no hit.");
}

/** Microseconds of CPU time for each time. */
async function cpuOf(work: () => Promise<void>, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function compare(what: "hit" | "open", kinds: readonly Measured[], times: number) {
  const taken = kinds.map((): number[] => []);
  for (let block = -3; block < blocks; block += 1) {
    for (const [index, kind] of kinds.entries()) {
      const each = await cpuOf(kind[what], times);
      // The first ones warm up.
      if (block >= 0) taken[index]?.push(each);
    }
  }
  const [first = Number.NaN] = taken.map(median);
  for (const [index, { name }] of kinds.entries()) {
    const us = median(taken[index] ?? []);
    process.stdout.write(
      `${what}  ${name.padEnd(16)} ${us.toFixed(1)} µs  ${(us / first).toFixed(3)}\n`,
    );
  }
}

const [other] = process.argv.slice(2);
const kinds = [
  ...(other ? [await measured("other checkout", path.resolve(other), 1)] : []),
  await measured("layout 1", here, 1),
  await measured("layout 2", here, 2),
];
await compare("open", kinds, opensPerBlock);
await compare("hit", kinds, hitsPerBlock);
