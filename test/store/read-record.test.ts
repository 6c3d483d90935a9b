import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf, realmOf } from "../../functions/model/connection.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { RenewalReason, TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted, ledgerAfter, termsOf } from "../../functions/model/token-record.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { kmsSealer } from "../../functions/sealing/kms-sealer.ts";
import { openSdkKms } from "../../functions/sealing/sdk-kms.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { count, text } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import {
  consentAttributes,
  doubtAttributes,
  failureAttributes,
  leaseAttributes,
  ledgerAttributes,
  rejectionAttributes,
  tokenAttributes,
} from "../../functions/store/record-attributes.ts";
import { aConsent, aFailure, aLease, aRecord, aToken, at } from "../support/a-record.ts";
import { neverAborted } from "../support/describe-sealer.ts";
import { itemSize } from "../support/dynamodb-size.ts";
import { aKmsKey } from "../support/kms.ts";

/** The item that the store's writes make of a record, without absent attributes. */
function itemOf(record: TokenRecord): Item {
  const { token, lease, failure, revocationScope, typicalRenewalMs } = record;
  const attributes: Record<string, AttributeValue | null> = {
    pk: text(record.connection),
    fence: count(record.fence),
    revision: text(`${record.lease?.owner ?? "process-a.1"}.late`),
    realm: text(realmOf(record.connection)),
    version: count(record.version),
    ...(token && tokenAttributes(record.connection, token, record.fence)),
    ...(record.consent && consentAttributes(record.consent)),
    ...doubtAttributes(record),
    ...(lease && leaseAttributes(lease)),
    ...(failure && failureAttributes(failure)),
    ...rejectionAttributes(record),
    ...ledgerAttributes(record.ledger),
    scope: revocationScope === null ? null : text(revocationScope),
    typicalIssueMs: typicalRenewalMs === null ? null : count(typicalRenewalMs),
  };
  return Object.fromEntries(Object.entries(attributes).filter(hasValue));
}

function hasValue(entry: [string, AttributeValue | null]): entry is [string, AttributeValue] {
  return entry[1] !== null;
}

const reasons: readonly RenewalReason[] = [
  "cold",
  "expired",
  "scheduled",
  "rejected",
  "validity",
  "takeover",
];

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const [min, max] = [new Date("2000-01-01T00:00:00Z"), new Date("2200-01-01T00:00:00Z")];
const instants = fc.date({ min, max, noInvalidDate: true });
const counts = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const words = fc.string({ minLength: 1, maxLength: 40, unit: "binary" });
const fingerprints = fc.stringMatching(/^[0-9a-f]{12}$/);

const records: fc.Arbitrary<TokenRecord> = fc.record({
  frozen: fc.constant(null),
  revision: fc.constant(aRecord().revision),
  connection: words.map((word) => word as Connection),
  fence: counts,
  version: counts,
  token: orNull(
    fc
      .record({
        sealed: fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fingerprint: fingerprints,
        committedBy: words,
        issuedUnder: orNull(fc.constantFrom("at-expiry" as const, "early" as const)),
        requestedAt: instants,
        issuedAt: instants,
        usableUntil: orNull(instants),
        expiresAt: orNull(instants),
        keepAliveUntil: orNull(instants),
        due: orNull(fc.record({ at: instants, until: instants })),
        renewAt: instants,
        secretVersion: words,
      })
      .map((token) => ({ ...token, terms: termsOf(token, null) })),
  ),
  consent: orNull(
    fc.record({
      consentedAt: instants,
      refresh: orNull(
        fc.record({
          sealed: fc.uint8Array({ minLength: 1, maxLength: 100 }),
          version: counts,
          fingerprint: words,
          endsAt: orNull(instants),
        }),
      ),
      grantedScope: orNull(fc.oneof(fc.constant(""), words)),
      subject: orNull(words),
      customer: orNull(words),
    }),
  ),
  doubtedAt: orNull(instants),
  lease: orNull(
    fc.record({
      owner: words,
      since: instants,
      until: instants,
      reason: fc.constantFrom(...reasons),
    }),
  ),
  failure: orNull(
    fc.record({
      code: fc.constantFrom(...problemCodes),
      detail: words,
      at: instants,
      count: counts,
      retryAt: instants,
      secretVersion: orNull(words),
      refusedSecretVersion: orNull(words),
    }),
  ),
  rejections: orNull(
    fc.record({ level: fc.integer({ min: 0, max: 30_000 }).map((n) => n / 10_000), at: instants }),
  ),
  revocationScope: orNull(words),
  typicalRenewalMs: orNull(counts),
  ledger: fc.array(
    fc.record({
      at: instants,
      fence: counts,
      owner: words,
      version: counts,
      reason: fc.constantFrom(...reasons),
      latencyMs: counts,
      fingerprint: orNull(words),
      outcome: fc.constantFrom("issued" as const, "late" as const, ...problemCodes),
    }),
    { maxLength: 4 },
  ),
  damage: fc.constant([]),
});

/** Without the revision, which only the store reads. */
function read(item: Item): TokenRecord {
  const { revision: _, ...record } = readRecord(item);
  return { ...record, revision: aRecord().revision };
}

describe("a record", () => {
  test("is read from its item as it was written", () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(read(itemOf(record))).toEqual(record);
      }),
      { numRuns: 500 },
    );
  });

  test("that has only been leased is read", () => {
    const first = aRecord({
      version: 0,
      fence: 1,
      token: null,
      lease: aLease({ reason: "cold" }),
      revocationScope: null,
      typicalRenewalMs: null,
    });
    expect(read(itemOf(first))).toEqual(first);
  });

  test("ignores unknown attributes, as an older release must", () => {
    const item = {
      ...itemOf(aRecord()),
      laterInvention: count(1),
      anotherOne: { B: new Uint8Array([1]) },
    };
    expect(read(item)).toEqual(aRecord());
  });

  test("has its token in one attribute only", () => {
    const sealed = new Uint8Array(Buffer.from("canary"));
    const { sealed: kept, ...others } = itemOf(aRecord({ token: aToken({ sealed }) }));
    expect(kept).toEqual({ B: sealed });
    expect(Object.values(others).some((value) => value.B !== undefined)).toBe(false);
  });
});

describe("an item that a newer release wrote is refused", () => {
  test.each([
    [
      "with what to do",
      { ...itemOf(aRecord()), layout: count(2) },
      /layout 2.*reads up to 1.*Deploy/,
    ],
    ["though it holds nothing else that is known", { layout: count(7) }, /layout 7/],
  ])("%s", (_, item, message) => {
    const reading = () => readRecord(item);
    expect(reading).toThrow(VendingError);
    expect(reading).toThrow(message);
  });
});

describe("an item that is damaged", () => {
  const full = aRecord({ lease: aLease(), failure: aFailure(), ledger: [] });

  test.each([
    ["fence", { fence: 0 }],
    ["version", { version: 0 }],
    ["fingerprint", { token: null }],
    ["requestedAt", { token: null }],
    ["issuedAt", { token: null }],
    ["renewAt", { token: null }],
    ["secretVersion", { token: null }],
    ["leaseSince", { lease: { owner: "", until: new Date(0) } }],
    ["leaseUntil", { lease: { owner: "", until: new Date(0) } }],
    ["leaseReason", { lease: { owner: "", until: new Date(0) } }],
  ])("without its %s is read as something harmless, with the damage named", (name, harmless) => {
    const { [name]: _, ...item } = itemOf(full);
    expect(readRecord(item)).toMatchObject({ ...harmless, damage: [name] });
  });

  test.each(["banana", "", "toString"])("in its problem, %j, backs off from none", (code) => {
    const { failure, ...item } = itemOf(full);
    const damaged = { M: { ...failure?.M, code: text(code) } };
    const record = readRecord({ ...item, failure: damaged });
    expect(record).toMatchObject({ failure: null, damage: ["code"] });
  });

  test.each([1, -1])("in an instant that no provider can state is no date (%i)", (sign) => {
    const latest = sign * Date.UTC(10_000, 0, 2);
    const damageOf = (ms: number) =>
      readRecord({ ...itemOf(full), issuedAt: { N: String(ms) } }).damage;
    expect(damageOf(latest)).toEqual([]);
    expect(damageOf(latest + sign)).toEqual(["issuedAt"]);
  });

  test("in its doubt stays in doubt", () => {
    const item = { ...itemOf({ ...full, doubtedAt: at("10:01:00.000") }), doubtedAt: text("?") };
    const record = readRecord(item);
    expect(record.damage).toEqual(["doubtedAt"]);
    expect(isDoubted(record)).toBe(true);
  });

  test("in its version continues from the ledger's", () => {
    const entry = { at: at("10:00:00.000"), fence: 3, owner: "a.1", reason: "expired" } as const;
    const known = { ...entry, latencyMs: 1, fingerprint: "a", outcome: "issued" } as const;
    const ledger = [7, 9, 8].map((version) => ({ ...known, version }));
    const item = { ...itemOf({ ...full, ledger }), version: { N: "9e40" } };
    expect(readRecord(item)).toMatchObject({ version: 9, damage: ["version"] });
  });

  test("in an instant of its consent keeps the consent", () => {
    const { details: _, ...consent } = aConsent();
    const damaged = { consentedAt: text("?"), refreshEndsAt: { N: "9e40" } };
    expect(readRecord({ ...itemOf({ ...full, consent }), ...damaged })).toMatchObject({
      consent: { ...consent, consentedAt: new Date(0), refresh: { version: 1, endsAt: null } },
      damage: ["consentedAt", "refreshEndsAt"],
    });
  });

  test.each(["keptUntil", "dueAt", "dueUntil"])(
    "in %s, which only the schedule reads, costs no token",
    (name) => {
      const token = aToken();
      const item = itemOf({ ...full, token });
      const { token: kept, damage } = readRecord({ ...item, [name]: { N: "9e40" } });
      const part = name === "keptUntil" ? { keepAliveUntil: null } : { due: null };
      expect(kept).toEqual({ ...token, ...part });
      expect(damage).toEqual([name]);
    },
  );

  test("in any attribute, in any way, can be read, with relevant damage named", () => {
    const whole = itemOf({
      ...full,
      consent: aConsent(),
      doubtedAt: at("10:00:00.000"),
      rejections: { level: 1, at: at("10:00:00.000") },
    });
    const values: fc.Arbitrary<AttributeValue> = fc.oneof(
      fc.constantFrom<AttributeValue>(
        { N: "-1" },
        { N: "1.5" },
        { N: "9e40" },
        { N: "9007199254740993" },
        { BOOL: false },
        { NULL: true },
        { L: [{ N: "1" }] },
        { M: { at: { S: "?" } } },
        { B: new Uint8Array([1]) },
        { SS: ["a"] },
      ),
      fc.string().map((value) => ({ S: value })),
      fc.integer().map((value) => ({ N: String(value) })),
    );
    const names = Object.keys(whole).filter((name) => name !== "layout");
    fc.assert(
      fc.property(fc.constantFrom(...names), values, (name, value) => {
        const record = readRecord({ ...whole, [name]: value });
        const dates = [
          record.token?.issuedAt,
          record.token?.requestedAt,
          record.token?.renewAt,
          record.token?.usableUntil,
          record.lease?.until,
          record.lease?.since,
          record.failure?.retryAt,
          record.doubtedAt,
          record.rejections?.at,
        ];
        for (const date of dates) expect(Number.isNaN(Number(date ?? 0))).toBe(false);
        for (const number of [record.version, record.fence, record.typicalRenewalMs ?? 0]) {
          expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a record of the largest size", () => {
  /** The longest connection: an environment and an account of 63 characters each. */
  const connection = connectionOf(
    { provider: "client-credentials", environment: "e".repeat(63) },
    "a".repeat(63),
  );
  const secretVersion = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
  const owner = `${"p".repeat(12)}.1000000`;
  const entry = {
    at: at("10:00:00.000"),
    fence: 1_000_000,
    owner,
    version: 1_000_000,
    reason: "scheduled",
    latencyMs: 20_000,
    // An entry has either a fingerprint or a problem code, which is no longer.
    fingerprint: "9f86d081884c",
    outcome: "issued",
  } as const;

  async function fullRecord(): Promise<TokenRecord> {
    const { kms, keyArn, options } = await aKmsKey();
    const sealer = kmsSealer(openSdkKms(options), keyArn, systemClock);
    const as = { connection, version: 1_000_000, kind: "token", terms: "" } as const;
    const sealed = await sealer.seal(new Sensitive("t".repeat(2048)), as, neverAborted);
    await kms.stop();
    return aRecord({
      connection,
      fence: 1_000_000,
      version: 1_000_000,
      token: aToken({ sealed, secretVersion, committedBy: owner }),
      doubtedAt: at("10:00:01.000"),
      lease: aLease({ owner, reason: "scheduled" }),
      failure: aFailure({
        code: "provider-unavailable",
        detail: `${connection} ${"d".repeat(300)}`,
        count: 1_000_000,
        secretVersion,
        refusedSecretVersion: secretVersion,
      }),
      rejections: { level: 2.999_998_333_333_333, at: at("10:00:50.000") },
      ledger: Array.from({ length: 40 }).reduce<TokenRecord["ledger"]>(
        (ledger) => ledgerAfter(ledger, entry),
        [],
      ),
    });
  }

  test("costs one read unit with a token of two kilobytes, sealed with KMS", async () => {
    const item = itemOf(await fullRecord());
    expect(itemSize(item)).toBeGreaterThan(3000);
    expect(itemSize(item)).toBeLessThan(4096);
  });
});

test("a long detail of a failure is shortened", () => {
  const stored = (detail: string) =>
    read(itemOf(aRecord({ failure: aFailure({ detail }) }))).failure?.detail;
  expect(stored("d".repeat(300))).toBe("d".repeat(300));
  expect(stored("d".repeat(301))).toBe(`${"d".repeat(299)}…`);
});

test("the size of an item is computed as DynamoDB does", () => {
  expect(itemSize({ a: { S: "häll" } })).toBe(6);
  expect(itemSize({ num: { N: "1795168800000" } })).toBe(12);
  expect(itemSize({ blob: { B: new Uint8Array(3) } })).toBe(7);
  expect(itemSize({ flag: { BOOL: true } })).toBe(5);
  expect(itemSize({ l: { L: [{ S: "abc" }, { S: "d" }] } })).toBe(10);
  expect(itemSize({ m: { M: { k: { S: "v" } } } })).toBe(7);
});
