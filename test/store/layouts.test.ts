import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VendingError } from "../../functions/model/errors.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/items.ts";
import { at } from "../support/a-record.ts";

const instant = (time: string) => ({ N: String(at(time).getTime()) });

/** As the first release wrote it, letter by letter: there was no schedule, and nobody consented. */
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
/** With an index sorted by an instant of its own. */
const third: Item = {
  ...second,
  dueAt: instant("10:05:00.450"),
  dueUntil: instant("11:00:00.200"),
};

const token = {
  fingerprint: "9f86d081884c",
  fence: 7,
  usableUntil: at("10:04:59.000"),
  renewAt: at("10:05:00.450"),
  secretVersion: "s1",
};
const due = { at: at("10:05:00.450"), until: at("11:00:00.200") };

describe("a record of an earlier release is read as what this one would have written", () => {
  test("from before there was a schedule: kept by nobody, until a caller causes its next issue", () => {
    expect(readRecord(first)).toMatchObject({
      fence: 7,
      version: 5,
      token: { ...token, keepAliveUntil: null, due: null },
      consent: null,
      suspect: false,
      ledger: [{ fence: 7, outcome: "issued" }],
    });
  });

  test("from before the index had an instant of its own: due when its token may be renewed", () => {
    const kept = { ...token, keepAliveUntil: at("11:00:00.200"), due };
    expect(readRecord(second)).toMatchObject({ token: kept, consent: null });
    expect(readRecord(third)).toEqual(readRecord(second));
  });

  test("that the schedule had let lapse: still not due", () => {
    const { dueRealm: _, ...lapsed } = second;
    expect(readRecord(lapsed)).toMatchObject({ token: { due: null } });
  });

  test("without a layout: as of layout 1", () => {
    const { layout: _, ...without } = third;
    expect(readRecord(without)).toEqual(readRecord(third));
  });
});

test("a record of any layout but those is refused, with what to do", () => {
  const newer = fc.oneof(
    fc.integer({ min: 2 }).map((layout) => ({ N: String(layout) })),
    fc.constantFrom({ S: "2" }, { N: "NaN" }, { BOOL: true }),
  );
  fc.assert(
    fc.property(newer, fc.constantFrom(first, second, third, {}), (layout, item) => {
      const reading = () => readRecord({ ...item, layout });
      expect(reading).toThrow(VendingError);
      expect(reading).toThrow(/this release understands 1\. Deploy the newer release\./);
    }),
  );
});
