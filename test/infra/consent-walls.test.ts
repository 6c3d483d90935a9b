import { expect, test } from "vitest";
import { accessChecksOf, decisionsOf } from "./access-checks.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { addStatement, statementWith } from "./mutating.ts";
import type { RawTemplate, Statement } from "./synthesized.ts";
import { synthesized } from "./synthesized.ts";

const template = synthesized(oneOfEachKind);
const realm = "centrapay-user/test";

/**
 * The functions of a consent realm are isolated like those of every other realm: the same checks, the same decisions.
 */
test.each(["VendToken", "RenewTokens", "BeginConsent", "CompleteConsent"])(
  "%s of a realm of consents reaches its own realm alone",
  async (kind) => {
    const checks = accessChecksOf(template).filter(({ label }) =>
      label.startsWith(`${kind} ${realm}: `),
    );
    const decisions = await decisionsOf(checks);
    expect(checks.length).toBeGreaterThan(200);
    const wrong = checks.filter(({ label, expected }) => decisions.get(label) !== expected);
    expect(wrong.map(({ label }) => label)).toEqual([]);
    const pending = checks.filter(({ label }) => label.endsWith(`UpdateItem ${realm}/~scope/0123`));
    const isPublic = kind === "BeginConsent";
    expect(pending.map(({ expected }) => expected)).toEqual([isPublic ? "denied" : "allowed"]);
  },
);

test("one function alone deletes anything: the one that claims pending consents", () => {
  const deleting = accessChecksOf(template).filter(
    ({ action, expected }) => action === "dynamodb:DeleteItem" && expected === "allowed",
  );
  expect(deleting.length).toBeGreaterThan(0);
  for (const { label } of deleting) {
    expect(label).toMatch(/^CompleteConsent (\S+): dynamodb:DeleteItem \1\/~consent\/0123$/);
  }
});

test("the function behind the public page reaches pending consents alone, and decrypts nothing", () => {
  const allowed = accessChecksOf(template).filter(
    ({ label, expected }) => label.startsWith(`BeginConsent ${realm}: `) && expected === "allowed",
  );
  const ofTableAndKey = allowed.filter(({ action }) => /^(dynamodb|kms):/.test(action));
  expect(ofTableAndKey.map(({ label }) => label)).toEqual([
    `BeginConsent ${realm}: dynamodb:GetItem ${realm}/~consent/0123`,
    `BeginConsent ${realm}: dynamodb:UpdateItem ${realm}/~consent/0123`,
    `BeginConsent ${realm}: dynamodb:UpdateItem ${realm}/~asked/acme`,
    `BeginConsent ${realm}: kms:GenerateDataKey ${realm}/acme`,
  ]);
});

test.each([
  ["decrypt its realm's tokens", allowDecrypting, /: kms:Decrypt /],
  ["read its realm's records", allowRecords, /: dynamodb:(Get|Update)Item /],
])("the checks detect that it may %s", async (_, change, flips) => {
  const changed = structuredClone(template);
  change(changed);
  const checks = accessChecksOf(changed).filter(({ label }) =>
    label.startsWith(`BeginConsent ${realm}: `),
  );
  const decisions = await decisionsOf(checks);
  const wrong = checks.filter(({ label, expected }) => decisions.get(label) !== expected);
  expect(wrong.length).toBeGreaterThan(0);
  for (const { label } of wrong) expect(label).toMatch(flips);
});

function allowDecrypting(changed: RawTemplate): void {
  addStatement(`BeginConsent ${realm}`, ["kms:Decrypt"], {
    StringLike: { "kms:EncryptionContext:connection": `${realm}/*` },
  })(changed);
}

function allowRecords(changed: RawTemplate): void {
  const items = statementWith(changed, `BeginConsent ${realm}`, "dynamodb:GetItem");
  Object(items.Condition)["ForAllValues:StringLike"] = { "dynamodb:LeadingKeys": [`${realm}/*`] };
}

test.each(["BeginConsent", "CompleteConsent"])(
  "%s with a widened policy fails the checks",
  async (kind) => {
    const changed = structuredClone(template);
    const items: Statement = statementWith(changed, `${kind} ${realm}`, "dynamodb:GetItem");
    Object(items.Condition)["ForAllValues:StringLike"] = { "dynamodb:LeadingKeys": ["*"] };
    const checks = accessChecksOf(changed).filter(({ label }) =>
      label.startsWith(`${kind} ${realm}: `),
    );
    const decisions = await decisionsOf(checks);
    const wrong = checks.filter(({ label, expected }) => decisions.get(label) !== expected);
    expect(wrong.length).toBeGreaterThan(10);
    expect(wrong.every(({ action }) => action.startsWith("dynamodb:"))).toBe(true);
  },
);
