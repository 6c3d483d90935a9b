import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { RenewalReason, TokenRecord } from "../../functions/model/token-record.ts";
import { ledgerAfter } from "../../functions/model/token-record.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { openKmsSealer } from "../../functions/sealing/kms-sealer.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { count, text } from "../../functions/store/attributes.ts";
import { consentAttributes } from "../../functions/store/consent-items.ts";
import {
  failureAttributes,
  leaseAttributes,
  ledgerAttributes,
  readRecord,
  rejectionsAttribute,
  suspectAttribute,
  tokenAttributes,
} from "../../functions/store/items.ts";
import {
  breakerOpenUntil,
  recentRejectedRenewals,
} from "../../functions/vending/decision/back-off.ts";
import { aFailure, aLease, aRecord, aToken, at } from "../support/a-record.ts";
import { neverAborted } from "../support/describe-sealer.ts";
import { itemSize } from "../support/dynamodb-size.ts";
import { aKmsKey } from "../support/kms.ts";

/** A record as the store's writes leave it in the table: attributes that hold nothing are not there. */
function itemOf(record: TokenRecord): Item {
  const { token, lease, failure, revocationScope, typicalIssueMs } = record;
  const attributes: Record<string, AttributeValue | null> = {
    pk: text(record.connection),
    fence: count(record.fence),
    version: count(record.version),
    ...(token && tokenAttributes(record.connection, token)),
    ...(record.consent && consentAttributes(record.consent)),
    ...suspectAttribute(record.suspect),
    ...(lease && leaseAttributes(lease)),
    ...(failure && failureAttributes(failure)),
    ...rejectionsAttribute(record.rejectionsAt),
    ...ledgerAttributes(record.ledger),
    scope: revocationScope === null ? null : text(revocationScope),
    typicalIssueMs: typicalIssueMs === null ? null : count(typicalIssueMs),
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
const instants = fc.date({
  min: new Date("2000-01-01T00:00:00Z"),
  max: new Date("2200-01-01T00:00:00Z"),
  noInvalidDate: true,
});
const counts = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const words = fc.string({ minLength: 1, maxLength: 40, unit: "binary" });

const records: fc.Arbitrary<TokenRecord> = fc.record({
  connection: words.map((word) => word as Connection),
  fence: counts,
  version: counts,
  token: orNull(
    fc.record({
      sealed: fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fingerprint: words,
      fence: counts,
      requestedAt: instants,
      issuedAt: instants,
      usableUntil: orNull(instants),
      expiresAt: orNull(instants),
      keepAliveUntil: orNull(instants),
      due: orNull(fc.record({ at: instants, until: instants })),
      renewAt: instants,
      secretVersion: words,
    }),
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
  suspect: fc.boolean(),
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
      refusedSecretVersion: orNull(words),
    }),
  ),
  rejectionsAt: fc.array(instants, { maxLength: 9 }),
  revocationScope: orNull(words),
  typicalIssueMs: orNull(counts),
  ledger: fc.array(
    fc.record({
      at: instants,
      fence: counts,
      version: counts,
      reason: fc.constantFrom(...reasons),
      latencyMs: counts,
      fingerprint: orNull(words),
      outcome: fc.constantFrom("issued" as const, "late" as const, ...problemCodes),
    }),
    { maxLength: 4 },
  ),
});

describe("a record", () => {
  test("comes back from its item as it went in", () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(readRecord(itemOf(record))).toEqual(record);
      }),
      { numRuns: 500 },
    );
  });

  test("that has only ever been leased comes back", () => {
    const first = aRecord({
      version: 0,
      fence: 1,
      token: null,
      lease: aLease({ reason: "cold" }),
      revocationScope: null,
      typicalIssueMs: null,
    });
    expect(readRecord(itemOf(first))).toEqual(first);
  });

  test("ignores attributes that it does not know, as an older release must", () => {
    const item = {
      ...itemOf(aRecord()),
      laterInvention: count(1),
      anotherOne: { B: new Uint8Array([1]) },
    };
    expect(readRecord(item)).toEqual(aRecord());
  });

  test("keeps its token in one attribute, which nothing else repeats", () => {
    const sealed = new Uint8Array(Buffer.from("canary"));
    const { sealed: kept, ...others } = itemOf(aRecord({ token: aToken({ sealed }) }));
    expect(kept).toEqual({ B: sealed });
    expect(Object.values(others).some((value) => value.B !== undefined)).toBe(false);
  });
});

describe("an item that cannot be understood is refused", () => {
  const refusalOf = (item: Item): VendingError => {
    try {
      readRecord(item);
    } catch (error) {
      if (error instanceof VendingError) return error;
      throw error;
    }
    throw new Error("It is understood.");
  };

  test("when a newer release wrote it, with what to do", () => {
    const refusal = refusalOf({ ...itemOf(aRecord()), layout: count(2) });
    expect(refusal.code).toBe("internal");
    expect(refusal.message).toMatch(/layout 2.*understands 1.*Deploy the newer release/);
  });

  test("when a newer release wrote it, though it holds nothing else that is known", () => {
    expect(refusalOf({ layout: count(7) }).message).toContain("layout 7");
  });

  test.each([
    "pk",
    "fence",
    "version",
    "fingerprint",
    "tokenFence",
    "requestedAt",
    "issuedAt",
    "renewAt",
    "secretVersion",
    "leaseSince",
    "leaseUntil",
    "leaseReason",
  ])("without its %s, by name", (name) => {
    const { [name]: _, ...item } = itemOf(aRecord({ lease: aLease() }));
    const refusal = refusalOf(item);
    expect(refusal.code).toBe("internal");
    expect(refusal.message).toContain(name);
  });
});

describe("a record that holds all it can", () => {
  /** The longest connection: an environment and an account of 63 signs each. */
  const connection = connectionOf(
    { provider: "client-credentials", environment: "e".repeat(63) },
    "a".repeat(63),
  );
  const secretVersion = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
  const entry = {
    at: at("10:00:00.000"),
    fence: 1_000_000,
    version: 1_000_000,
    reason: "scheduled",
    latencyMs: 20_000,
    // Either a token came, or a problem that takes no more room than its fingerprint.
    fingerprint: "9f86d081884c",
    outcome: "issued",
  } as const;

  async function fullRecord(): Promise<TokenRecord> {
    const { kms, keyArn, options } = await aKmsKey();
    const sealer = openKmsSealer(options, keyArn, systemClock);
    const as = { connection, version: 1_000_000, kind: "token" } as const;
    const sealed = await sealer.seal(new Sensitive("t".repeat(2048)), as, neverAborted);
    await kms.stop();
    const rejections = Array.from({ length: 40 }, (_, n) => at(`10:00:${10 + n}.000`));
    const now = at("10:00:50.000");
    return aRecord({
      connection,
      fence: 1_000_000,
      version: 1_000_000,
      token: aToken({ sealed, secretVersion, fence: 1_000_000 }),
      suspect: true,
      lease: aLease({ owner: secretVersion, reason: "scheduled" }),
      failure: aFailure({
        code: "provider-unavailable",
        detail: `${connection} ${"d".repeat(300)}`,
        count: 1_000_000,
        refusedSecretVersion: secretVersion,
      }),
      rejectionsAt: [...recentRejectedRenewals(rejections, now), now],
      ledger: Array.from({ length: 40 }).reduce<TokenRecord["ledger"]>(
        (ledger) => ledgerAfter(ledger, entry),
        [],
      ),
    });
  }

  test("costs one read unit with a token of two kilobytes, sealed under a key of KMS", async () => {
    const item = itemOf(await fullRecord());
    expect(itemSize(item)).toBeGreaterThan(3000);
    expect(itemSize(item)).toBeLessThan(4096);
  });

  test("still knows that it is contested", async () => {
    const { rejectionsAt } = await fullRecord();
    expect(breakerOpenUntil(rejectionsAt, at("10:00:51.000"))).toEqual(at("10:10:50.000"));
  });
});

test("DynamoDB's own counting is counted right", () => {
  // 1+5; 3+7+2; 4+3; 4+1; list 1+3+(1+2+1)+(1+1); map 1+3+1+(1+1)
  expect(itemSize({ a: { S: "häll" } })).toBe(6);
  expect(itemSize({ num: { N: "1795168800000" } })).toBe(12);
  expect(itemSize({ blob: { B: new Uint8Array(3) } })).toBe(7);
  expect(itemSize({ flag: { BOOL: true } })).toBe(5);
  expect(itemSize({ l: { L: [{ S: "abc" }, { S: "d" }] } })).toBe(10);
  expect(itemSize({ m: { M: { k: { S: "v" } } } })).toBe(7);
});
