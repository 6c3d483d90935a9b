import { describe, expect, test } from "vitest";
import type { LedgerEntry, RenewalReason } from "../../../functions/model/token-record.ts";
import { ledgerWith } from "../../../functions/vending/issuing/ledger.ts";
import { aLease, aRecord, at } from "../../support/a-record.ts";

const now = at("10:00:01.000");

const entry = (fence: number): LedgerEntry => ({
  at: at("09:00:00.000"),
  fence,
  version: fence,
  reason: "expired",
  latencyMs: 150,
  fingerprint: "9f86d081884c",
  outcome: "issued",
});

const held = (reason: RenewalReason, changes = {}) => {
  const lease = aLease({ reason });
  return { lease, record: aRecord({ fence: 4, version: 3, lease, ...changes }) };
};

describe("the ledger", () => {
  test("enters an issue with its version, fence, cause, latency and fingerprint", () => {
    const result = { fingerprint: "0123456789ab", outcome: "issued", version: 4 } as const;
    const { latest, ledger } = ledgerWith(held("rejected"), now, 151, result);
    expect(ledger).toEqual([latest]);
    expect(latest).toEqual({
      at: at("10:00:01.000"),
      fence: 4,
      version: 4,
      reason: "rejected",
      latencyMs: 151,
      fingerprint: "0123456789ab",
      outcome: "issued",
    });
  });

  test("enters a failed call with the version that is held", () => {
    const result = { fingerprint: null, outcome: "provider-unavailable" } as const;
    const { ledger } = ledgerWith(held("expired"), now, 5000, result);
    expect(ledger).toMatchObject([
      { version: 3, outcome: "provider-unavailable", latencyMs: 5000 },
    ]);
  });

  test("enters nothing where nobody was called, but has something to log", () => {
    const result = { fingerprint: null, outcome: "secret-malformed" } as const;
    const { latest, ledger } = ledgerWith(held("cold", { ledger: [entry(1)] }), now, null, result);
    expect(ledger).toEqual([entry(1)]);
    expect(latest).toMatchObject({ outcome: "secret-malformed", latencyMs: 0 });
  });

  test("keeps the last four", () => {
    const full = held("expired", { ledger: [entry(1), entry(2), entry(3), entry(4)] });
    const result = { fingerprint: null, outcome: "provider-unavailable" } as const;
    const { ledger } = ledgerWith(full, now, 10, result);
    expect(ledger.map(({ fence, outcome }) => [fence, outcome])).toEqual([
      [2, "issued"],
      [3, "issued"],
      [4, "issued"],
      [4, "provider-unavailable"],
    ]);
  });
});
