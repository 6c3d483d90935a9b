import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { plusMs } from "../functions/model/clock.ts";
import type { Issued, RenewalPolicy } from "../functions/model/provider.ts";
import { revokesOnIssue } from "../functions/model/provider.ts";
import { Sensitive } from "../functions/model/sensitive.ts";
import { declarationOf, providerIds } from "../functions/providers/catalogue.ts";
import { tokenTimes } from "../functions/vending/decision/token-times.ts";
import { at } from "./support/a-record.ts";
import { decisionRows } from "./support/decision-table.ts";
import { tableUnder } from "./support/markdown-table.ts";
import { atExpiry, atHandover, onRotation } from "./support/policies.ts";

const page = readFileSync(path.join(import.meta.dirname, "../docs/architecture.md"), "utf8");
const rows = tableUnder(page, "## Renewal policies", "policy");

const policies: Record<RenewalPolicy["renewal"], RenewalPolicy> = {
  "at-expiry": atExpiry,
  "at-handover": atHandover,
  early: { renewal: "early", beforeExpiryMs: 30_000 },
  "by-consent": { renewal: "by-consent", beforeExpiryMs: 30_000 },
  "on-rotation": onRotation,
};

const sent = at("10:00:00.000");
const received = at("10:00:00.400");
const end = at("10:05:00.000");
const marginMs = 1000;

test("the table of decisions has the rows that are played against decide", () => {
  const expected = decisionRows.map(({ state, decision, otherwise }) => [
    state,
    inWords(decision),
    otherwise === undefined ? "" : otherwise === null ? "not checked" : inWords(otherwise),
  ]);
  const table = tableUnder(page, "## The decision", "state");
  expect(table.map(([state, ...cells]) => [withoutLinks(state), ...cells])).toEqual(expected);
});

test("the table of renewal policies has every policy", () => {
  expect(rows.map(([policy]) => policy)).toEqual(Object.keys(policies).map((id) => `\`${id}\``));
});

test.each(rows)(
  "%s: its instants are those of its formulas",
  (cell, usableUntil = "", renewAt = "") => {
    const policy = policyOf(cell);
    for (const random of [0, 1]) {
      const times = tokenTimes(issuedUnder(policy), policy, marginMs, random);
      expect(times.usableUntil, usableUntil).toEqual(evaluate(usableUntil, policy, random));
      expect(times.renewAt, renewAt).toEqual(evaluate(renewAt, policy, random));
    }
  },
);

test.each(rows)("%s: whether a new token revokes the old, and whose it is", (cell, ...cells) => {
  const policy = policyOf(cell);
  const [revokes = "", providers = ""] = cells.slice(2);
  expect(revokes.startsWith("yes")).toBe(revokesOnIssue(policy));
  const named = providerIds.filter((id) => new RegExp(`(^|[ ,;])${id}([ ,;]|$)`).test(providers));
  expect(named).toEqual(providerIds.filter((id) => policiesOf(id).has(policy.renewal)));
});

function policyOf(cell: string): RenewalPolicy {
  return policies[cell.replaceAll("`", "") as RenewalPolicy["renewal"]];
}

/** The policies that a provider may have, whatever its settings. */
function policiesOf(id: (typeof providerIds)[number]): Set<string> {
  const settings = [
    { onIssue: "coexist" },
    { onIssue: "revoke" },
    { onIssue: "revoke", earlySeconds: 20 },
  ];
  return new Set(settings.map((each) => declarationOf(id).policy(each as never).renewal));
}

function issuedUnder(policy: RenewalPolicy): Issued {
  const isKey = policy.renewal === "on-rotation";
  return {
    kind: "issued",
    token: new Sensitive("t"),
    lifetime: isKey
      ? { kind: "unlimited", until: end }
      : { kind: "stated", atLeastMs: 300_000, atMostMs: 300_000 },
    expiresAt: end,
    requestedAt: sent,
    receivedAt: received,
    consent: null,
  };
}

/** An instant, and what is added to it or taken off: `sent + lifetime − margin`. */
function evaluate(formula: string, policy: RenewalPolicy, random: number): Date {
  const instants: Record<string, Date> = { sent, received, "`expiresAt`": end };
  const lead = "beforeExpiryMs" in policy ? policy.beforeExpiryMs : Number.NaN;
  const spans: Record<string, number> = {
    lifetime: 300_000,
    margin: marginMs,
    lead,
    "lead × (0.75 to 1)": lead * (random === 0 ? 0.75 : 1),
    "250 ms": 250,
    "5 s": 5000,
  };
  const [start = "", ...terms] = formula.replace(", or none", "").split(/(?= [+−] )/);
  return terms.reduce(
    (instant, term) => {
      const ms = spans[term.slice(3)] ?? expect.fail(`no such span: ${term}`);
      return plusMs(instant, term.startsWith(" +") ? ms : -ms);
    },
    instants[start] ?? expect.fail(`no such instant: ${start}`),
  );
}

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
