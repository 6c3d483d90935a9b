import { describe, expect, test } from "vitest";
import { startCounts } from "../../../cli/console/counts.ts";

const realm = "conferma/sandbox";
const connection = `${realm}/default`;

function issue(fence: number, more: object = {}): object {
  const line = { event: "token-issued", connection, fence, reason: "expired", latencyMs: 20 };
  return { ...line, ...more };
}

function countsOf(lines: readonly unknown[], of = realm) {
  const counts = startCounts();
  for (const line of lines) counts.add(of, line);
  return counts.all()[0];
}

describe("what functions have counted", () => {
  test("is added up, also where a line has several values of one metric", () => {
    const lines = [
      { event: "metrics", Vends: 7, VendMs: [3, 4, 90] },
      { event: "metrics", Vends: 2, VendMs: 5 },
      { event: "metrics", Refusals: 3, Code: "frozen" },
      issue(1),
    ];
    expect(countsOf(lines)).toEqual({
      realm,
      ...{ vends: 9, fromMemory: 5, storeHits: 8, providerCalls: 1, callsSaved: 8, refusals: 3 },
    });
  });

  test("has each request to the provider once, also one that was logged twice", () => {
    const lines = [issue(1), issue(1), issue(2, { event: "issue-failed" })];
    expect(countsOf(lines)?.providerCalls).toBe(2);
  });

  test("has no request where the provider was not called", () => {
    expect(countsOf([issue(1, { latencyMs: 0 })])?.providerCalls).toBe(0);
  });

  test("takes no store hit away for what the schedule or a person had issued", () => {
    const vends = { event: "metrics", Vends: 5 };
    const lines = [vends, issue(1, { reason: "scheduled" }), issue(2, { reason: "consent" })];
    expect(countsOf(lines)).toMatchObject({ storeHits: 5, providerCalls: 2, callsSaved: 3 });
  });

  test("saved nobody a call where a key is vended: it is not requested", () => {
    const counts = countsOf([{ event: "metrics", Vends: 5 }], "static-key/acme");
    expect(counts).toMatchObject({ vends: 5, callsSaved: 0 });
  });

  test("is never below zero, although vends are logged later than issues", () => {
    expect(countsOf([issue(1)])).toMatchObject({ storeHits: 0, callsSaved: 0, fromMemory: 0 });
  });

  test.each([null, "text", {}, { event: "metrics", Vends: "<b>" }, issue(1, { latencyMs: -1 })])(
    "is not changed by a line like %j",
    (line) => {
      const { vends = 0, providerCalls = 0 } = countsOf([line]) ?? {};
      expect([vends, providerCalls]).toEqual([0, 0]);
    },
  );
});
