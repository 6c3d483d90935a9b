import { describe, expect, test } from "vitest";
import type { LedgerEntry, RenewalReason } from "../../../functions/model/token-record.ts";
import { ledgerAfter } from "../../../functions/model/token-record.ts";
import { ledgerEntry } from "../../../functions/vending/issuing/report-issue.ts";
import { aLease, aRecord, at } from "../../support/a-record.ts";

const now = at("10:00:01.000");

const entry = (fence: number): LedgerEntry => ({
  at: at("09:00:00.000"),
  fence,
  owner: `process-a.${fence}`,
  version: fence,
  reason: "expired",
  latencyMs: 150,
  fingerprint: "9f86d081884c",
  outcome: "issued",
});

const held = (reason: RenewalReason) => {
  const lease = aLease({ reason, owner: "process-b.7" });
  return { lease, record: aRecord({ fence: 4, version: 3, lease }) };
};

describe("a ledger entry", () => {
  test("has an issue's version, fence, owner, reason, latency and fingerprint", () => {
    const result = { fingerprint: "0123456789ab", outcome: "issued", version: 4 } as const;
    expect(ledgerEntry(held("rejected"), now, 151, result)).toEqual({
      at: at("10:00:01.000"),
      fence: 4,
      owner: "process-b.7",
      version: 4,
      reason: "rejected",
      latencyMs: 151,
      fingerprint: "0123456789ab",
      outcome: "issued",
    });
  });

  test("has a latency of zero when the provider was not called", () => {
    const result = { fingerprint: null, outcome: "secret-malformed", version: 3 } as const;
    expect(ledgerEntry(held("cold"), now, null, result)).toMatchObject({
      outcome: "secret-malformed",
      latencyMs: 0,
    });
  });
});

test("the record's ledger keeps the last three entries", () => {
  const full = [1, 2, 3, 4].map(entry);
  expect(ledgerAfter(full, entry(5)).map(({ fence }) => fence)).toEqual([3, 4, 5]);
  expect(ledgerAfter([], entry(5))).toEqual([entry(5)]);
});
