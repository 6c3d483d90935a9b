import fc from "fast-check";
import { expect, test } from "vitest";
import type { Freeze } from "../../../functions/model/freeze.ts";
import { decide } from "../../../functions/vending/decision/decide.ts";
import { aFreeze } from "../../support/a-record.ts";
import { situationsUnder } from "../../support/any-situation.ts";
import { decideByTable, decisionRows, factsOf, nameOf } from "../../support/decision-table.ts";
import * as policies from "../../support/policies.ts";

const situations = fc.record({
  given: situationsUnder(...Object.values(policies)),
  hasRecord: fc.integer({ min: 1, max: 20 }).map((of) => of > 1),
});

test("every decision is that of the table's first matching row, and every row applies", () => {
  const decided = new Set<string>();
  const rule = ({ given, hasRecord }: { given: Given; hasRecord: boolean }) => {
    const { record, ...rest } = given;
    const { policy, constraints, now, findings } = rest;
    const { row, expected } = decideByTable(factsOf(hasRecord ? given : rest));
    const decision = decide(hasRecord ? record : null, policy, constraints, now, findings);
    expect(nameOf(decision), row.state).toBe(expected);
    decided.add(row.state);
  };
  fc.assert(fc.property(situations, rule), { numRuns: 20_000, seed: 1 });
  fc.assert(fc.property(situations, freezes, (drawn, freeze) => rule(frozen(drawn, freeze))));
  expect(decisionRows.map(({ state }) => state).filter((state) => !decided.has(state))).toEqual([]);
});

const freezes = fc.constantFrom<Freeze["of"]>("connection", "realm");

/** The same, with a freeze. */
function frozen({ given, hasRecord }: { given: Given; hasRecord: boolean }, of: Freeze["of"]) {
  const freeze = aFreeze({ of });
  const isRealms = of === "realm" || !hasRecord;
  const record = { ...given.record, frozen: isRealms ? null : freeze };
  const findings = { ...given.findings, realmFreeze: isRealms ? freeze : null };
  return { given: { ...given, record, findings }, hasRecord };
}

type Given = Parameters<typeof factsOf>[0] & { record: NonNullable<Parameters<typeof decide>[0]> };
