import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import type { LedgerEntry } from "../../functions/model/token-record.ts";
import { aRecord, at } from "./a-record.ts";
import { proveLedger } from "./prove-ledger.ts";

const lifetimeMs = 60_000;
const { connection } = aRecord();

const issued = (fence: number, version: number, changes: object = {}) => ({
  event: "token-issued",
  connection,
  at: plusMs(at("10:00:00.000"), fence * lifetimeMs).toISOString(),
  fence,
  version,
  reason: "expired",
  latencyMs: 150,
  fingerprint: `token-${version}`,
  outcome: "issued",
  ...changes,
});
const late = (fence: number, version: number, fingerprint = "token-late") =>
  issued(fence, version, { event: "late-issue", fingerprint });
const failed = (fence: number, version: number, changes: object = {}) =>
  issued(fence, version, {
    event: "issue-failed",
    fingerprint: null,
    outcome: "provider-unavailable",
    ...changes,
  });

const prove = (
  lines: readonly object[],
  fence = 3,
  version = 3,
  ledger: readonly LedgerEntry[] = [],
) =>
  proveLedger(aRecord({ fence, version, ledger }), lines as Record<string, unknown>[], lifetimeMs);
const brokenBy = (...wanted: Parameters<typeof prove>) =>
  prove(...wanted).broken.map((line) => line.split(": ")[1]);

describe("no rule is broken", () => {
  test("with one line for each lease", () => {
    const proof = prove([issued(1, 1), issued(2, 2), issued(3, 3)]);
    expect(proof).toMatchObject({ unknown: [], unlogged: [], broken: [] });
    expect([...proof.issued]).toEqual([
      [1, "token-1"],
      [2, "token-2"],
      [3, "token-3"],
    ]);
  });

  test("with lines of another connection among them, in any order", () => {
    const other = {
      ...issued(1, 1),
      connection: "conferma/production/other",
      fingerprint: "other",
    };
    expect(prove([issued(3, 3), other, issued(2, 2), issued(1, 1)]).broken).toEqual([]);
  });

  test("if a holder crashed: it may have issued a token that no process has seen", () => {
    const proof = prove([issued(1, 1), issued(3, 2, { reason: "takeover" })], 3, 2);
    expect(proof).toMatchObject({ unknown: [2], unlogged: [], broken: [] });
  });

  test("if a call failed: it may have issued a token as well", () => {
    const lines = [issued(1, 1), failed(2, 1), failed(3, 1, { latencyMs: 0 })];
    expect(prove(lines, 3, 1)).toMatchObject({ unknown: [2], broken: [] });
  });

  test("if a holder crashed between commit and log, and the record's ledger has the entry", () => {
    const entry: LedgerEntry = {
      at: at("10:02:00.000"),
      fence: 2,
      owner: "process-a.2",
      version: 2,
      reason: "expired",
      latencyMs: 150,
      fingerprint: "token-2",
      outcome: "issued",
    };
    expect(prove([issued(1, 1), issued(3, 3)], 3, 3, [entry])).toMatchObject({
      unlogged: [],
      broken: [],
    });
    expect(prove([issued(1, 1), issued(3, 3)])).toMatchObject({ unlogged: [2], broken: [] });
  });

  test("if a holder took its own token for a late one", () => {
    const proof = prove([issued(1, 1), late(2, 2), issued(3, 3)]);
    expect(proof).toMatchObject({ unlogged: [], broken: [] });
    expect([...proof.late]).toEqual(["token-late"]);
  });
});

describe("broken rules are found", () => {
  test("a version issued twice", () => {
    const lines = [issued(1, 1), issued(2, 2), issued(3, 2, { fingerprint: "token-2b" })];
    expect(brokenBy(lines, 3, 2)).toEqual(["each version has one fingerprint"]);
  });

  test("a lease that issued twice", () => {
    const lines = [issued(1, 1), late(1, 1), issued(2, 2), issued(3, 3)];
    expect(brokenBy(lines)).toEqual(["each fence has issued one fingerprint"]);
  });

  test("a lease that overwrote a later one's token", () => {
    const lines = [issued(1, 1), issued(2, 3), issued(3, 2)];
    expect(brokenBy(lines)).toContain("later versions have later fences");
  });

  test("a version without any entry", () => {
    expect(brokenBy([issued(1, 1), failed(2, 1), issued(3, 3)])).toEqual([
      "a version without an event has a fence without one, or with a `late-issue`",
    ]);
  });

  test("a lease without an outcome that was not taken over", () => {
    expect(brokenBy([issued(1, 1), issued(3, 2)], 3, 2)).toEqual([
      "after a fence without an event comes a takeover or a consent, or a version is missing there",
    ]);
  });

  test("a token that revoked its predecessor early", () => {
    const lines = [issued(1, 1), issued(2, 2, { at: "2026-11-20T10:01:59.999Z" })];
    expect(brokenBy(lines, 2, 2)).toEqual([
      "no token is issued before its predecessor has expired, except with the reason `rejected` or `takeover`",
    ]);
  });
});
