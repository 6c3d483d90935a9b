import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../../../functions/vending/decision/decide.ts";
import { situationsUnder } from "../../support/any-situation.ts";
import { decideByTable, decisionRows, factsOf, nameOf } from "../../support/decision-table.ts";
import * as policies from "../../support/policies.ts";

const situations = fc.record({
  given: situationsUnder(...Object.values(policies)),
  hasRecord: fc.integer({ min: 1, max: 20 }).map((of) => of > 1),
});

test("every decision is that of the table's first row that fits, and every row decides", () => {
  const decided = new Set<string>();
  const rule = ({ given, hasRecord }: { given: Given; hasRecord: boolean }) => {
    const { record, ...rest } = given;
    const { policy, constraints, now, findings } = rest;
    const { row, expected } = decideByTable(factsOf(hasRecord ? given : rest));
    const decision = decide(hasRecord ? record : null, policy, constraints, now, findings);
    expect(nameOf(decision), row.state).toBe(expected);
    decided.add(row.state);
  };
  fc.assert(fc.property(situations, rule), { numRuns: 40_000, seed: 1 });
  expect(decisionRows.map(({ state }) => state).filter((state) => !decided.has(state))).toEqual([]);
});

test("the table of docs/architecture.md has these rows, in this order", () => {
  const page = readFileSync(
    path.join(import.meta.dirname, "../../../docs/architecture.md"),
    "utf8",
  );
  const [, table = ""] = /^\| state +\|.*\n\|[- |]+\|\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const rows = table
    .trimEnd()
    .split("\n")
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const expected = decisionRows.map(({ state, decision, otherwise }) => [
    state,
    inWords(decision),
    otherwise === undefined ? "" : otherwise === null ? "not asked" : inWords(otherwise),
  ]);
  expect(rows.map(([state = "", ...cells]) => [withoutLinks(state), ...cells])).toEqual(expected);
});

type Given = Parameters<typeof factsOf>[0] & { record: NonNullable<Parameters<typeof decide>[0]> };

/** `refuse contested contested` is shown as: refuse `contested`: `contested`. */
function inWords(decision: string): string {
  const [action = "", ...words] = decision.split(" ");
  if (decision === "refuse by that failure") return decision;
  const verb = action
    .replace("await-renewal", "await the renewal")
    .replace("await-handover", "await the handover");
  const [last = "", code] = words.toReversed();
  return code ? `${verb} \`${code}\`: \`${last}\`` : `${verb}: \`${last}\``;
}

function withoutLinks(cell: string): string {
  return cell.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}
