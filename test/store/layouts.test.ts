import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VendingError } from "../../functions/model/errors.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import { at } from "../support/a-record.ts";

const instant = (time: string) => ({ N: String(at(time).getTime()) });

/** Exactly as the first release wrote it, without schedule and consents. */
const first: Item = {
  pk: { S: "conferma/production/default" },
  layout: { N: "1" },
  fence: { N: "7" },
  version: { N: "5" },
  sealed: { B: new Uint8Array([1, 2, 3]) },
  fingerprint: { S: "9f86d081884c" },
  tokenFence: { N: "7" },
  requestedAt: instant("10:00:00.000"),
  issuedAt: instant("10:00:00.200"),
  usableUntil: instant("10:04:59.000"),
  expiresAt: instant("10:05:00.000"),
  renewAt: instant("10:05:00.450"),
  secretVersion: { S: "s1" },
  scope: { S: "0a1b2c3d4e5f" },
  typicalIssueMs: { N: "150" },
  ledger: {
    L: [
      {
        M: {
          at: instant("10:00:00.210"),
          fence: { N: "7" },
          version: { N: "5" },
          reason: { S: "expired" },
          latencyMs: { N: "150" },
          outcome: { S: "issued" },
          fingerprint: { S: "9f86d081884c" },
        },
      },
    ],
  },
};
/** With a schedule, whose index was sorted by `renewAt`. */
const second: Item = {
  ...first,
  keptUntil: instant("11:00:00.200"),
  dueRealm: { S: "conferma/production" },
};
/** With an index sorted by `dueAt`. */
const third: Item = {
  ...second,
  dueAt: instant("10:05:00.450"),
  dueUntil: instant("11:00:00.200"),
};

const token = {
  fingerprint: "9f86d081884c",
  committedBy: "",
  issuedUnder: null,
  usableUntil: at("10:04:59.000"),
  renewAt: at("10:05:00.450"),
  secretVersion: "s1",
};
const due = { at: at("10:05:00.450"), until: at("11:00:00.200") };

describe("a record of an earlier release is read as this one would have written it", () => {
  test("from before the schedule: not kept alive until the next renewal for a caller", () => {
    expect(readRecord(first)).toMatchObject({
      fence: 7,
      version: 5,
      token: { ...token, keepAliveUntil: null, due: null },
      consent: null,
      doubtedAt: null,
      rejections: null,
      ledger: [{ fence: 7, owner: "", outcome: "issued" }],
      damage: [],
    });
  });

  test("from before `dueAt`: due at `renewAt`", () => {
    const kept = { ...token, keepAliveUntil: at("11:00:00.200"), due };
    expect(readRecord(second)).toMatchObject({ token: kept, consent: null });
    expect(readRecord(third)).toEqual(readRecord(second));
  });

  test("that had lapsed: still not due", () => {
    const { dueRealm: _, ...lapsed } = second;
    expect(readRecord(lapsed)).toMatchObject({ token: { due: null } });
  });

  test("without a layout: layout 1", () => {
    const { layout: _, ...without } = third;
    expect(readRecord(without)).toEqual(readRecord(third));
  });
});

describe("an attribute that releases before 0.2 wrote differently", () => {
  test("a doubt without an instant concerns the stored token", () => {
    const record = readRecord({ ...third, suspect: { BOOL: true } });
    expect(record.doubtedAt).toEqual(at("10:00:00.200"));
    expect(isDoubted(record)).toBe(true);
  });

  test("their doubt counts in addition to an older one with an instant", () => {
    const older = instant("09:00:00.000");
    const record = readRecord({ ...third, suspect: { BOOL: true }, doubtedAt: older });
    expect(isDoubted(record)).toBe(true);
    expect(isDoubted(readRecord({ ...third, doubtedAt: older }))).toBe(false);
  });

  test("their list of rejections is read as a level", () => {
    const rejectionsAt = { L: ["10:00:01.000", "10:00:02.000"].map(instant) };
    expect(readRecord({ ...third, rejectionsAt }).rejections).toEqual({
      level: 2,
      at: at("10:00:02.000"),
    });
  });

  test("their leases have no revision, and are read as they are", () => {
    const lease = {
      leaseOwner: { S: "a" },
      leaseSince: instant("10:05:00.000"),
      leaseUntil: instant("10:05:07.000"),
      leaseReason: { S: "expired" },
    };
    expect(readRecord({ ...third, ...lease })).toMatchObject({
      lease: { owner: "a", reason: "expired" },
      revision: { opaque: { fence: { N: "7" }, leaseOwner: { S: "a" }, revision: undefined } },
    });
  });

  test("their failures have no version of the secret", () => {
    const failure = {
      code: { S: "credentials-rejected" },
      detail: { S: "The provider refuses these." },
      at: instant("10:00:00.000"),
      count: { N: "1" },
      retryAt: instant("10:00:01.000"),
      refusedSecretVersion: { S: "s1" },
    };
    expect(readRecord({ ...third, failure: { M: failure } }).failure).toMatchObject({
      secretVersion: null,
      refusedSecretVersion: "s1",
    });
  });
});

test("a record of a newer layout is refused, with what to do", () => {
  const newer = fc.integer({ min: 2 }).map((layout) => ({ N: String(layout) }));
  fc.assert(
    fc.property(newer, fc.constantFrom(first, second, third, {}), (layout, item) => {
      const reading = () => readRecord({ ...item, layout });
      expect(reading).toThrow(VendingError);
      expect(reading).toThrow(/this release reads up to 1\. Deploy the newer release\./);
    }),
  );
});

test("an invalid layout is damage, and the rest is read", () => {
  for (const layout of [{ S: "2" }, { N: "NaN" }, { BOOL: true }]) {
    expect(readRecord({ ...third, layout })).toMatchObject({
      token: { fingerprint: "9f86d081884c" },
      damage: ["layout"],
    });
  }
});
