import { describe, expect, test } from "vitest";
import type { StatusVariables } from "../../functions/platform/environment.ts";
import { readStatusEnvironment, StartUpError } from "../../functions/platform/environment.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { readRealmSummaries, summarizeRealm } from "../../functions/providers/catalogue.ts";

const tokenUrl = "https://assure.example/token";
const realms: readonly RealmInput[] = [
  { provider: "conferma", environment: "production", tokenUrl },
  { provider: "send-payments", environment: "sandbox", tokenUrl, handoverSeconds: 30 },
  { provider: "client-credentials", environment: "acme", tokenUrl, onIssue: "revoke" },
  { provider: "static-key", environment: "acme", headerName: "X-Key", extraHeaders: { a: "b" } },
  {
    provider: "cfis",
    environment: "live",
    apiBaseUrl: "https://a.example",
    probePath: "/validate",
  },
];
const summaries = realms.map(summarizeRealm);
const variables = {
  TABLE_NAME: "tokens",
  REALMS: JSON.stringify(summaries),
} satisfies StatusVariables;

/** Why the function does not start. */
function refusalOf(changes: Record<string, string | undefined>): string {
  try {
    readStatusEnvironment({ ...variables, ...changes }, readRealmSummaries);
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
  throw new Error("It starts.");
}

test("a summary has the settings that decide when a realm's tokens are renewed, and nothing else", () => {
  expect(summaries).toEqual([
    { provider: "conferma", environment: "production" },
    { provider: "send-payments", environment: "sandbox", handoverSeconds: 30 },
    { provider: "client-credentials", environment: "acme", onIssue: "revoke" },
    { provider: "static-key", environment: "acme" },
    { provider: "cfis", environment: "live", probePath: "/validate" },
  ]);
});

test("a summary is read with the settings' own defaults, as the policy that follows", () => {
  const realm = { provider: "send-payments", environment: "live" };
  const policy = { renewal: "at-handover", beforeExpiryMs: 20_000 };
  const REALMS = JSON.stringify([realm]);
  const read = readStatusEnvironment({ ...variables, REALMS }, readRealmSummaries);
  expect(read).toEqual({ tableName: "tokens", realms: [{ ...realm, policy }] });
  expect(readStatusEnvironment(variables, readRealmSummaries).realms).toHaveLength(realms.length);
});

test("fifty realms fit into the 4 KB of a function's variables", () => {
  const many = Array.from({ length: 50 }, (_, n) =>
    summarizeRealm({ provider: "send-payments", environment: `region-${n}`, tokenUrl }),
  );
  expect(JSON.stringify(many).length).toBeLessThan(3500);
});

describe("a function that does not start names the invalid setting", () => {
  test.each([
    [{ TABLE_NAME: undefined }, "TABLE_NAME is missing."],
    [{ REALMS: undefined }, "REALMS is missing."],
    [{ REALMS: "[" }, "REALMS is not a JSON list."],
    [{ REALMS: "{}" }, "REALMS is not a JSON list."],
    [{ REALMS: '["conferma/production"]' }, /^REALMS: 0: /],
    [{ REALMS: '[{"provider":"unheard-of","environment":"a"}]' }, /^REALMS: 0: provider: /],
    [{ REALMS: '[{"provider":"conferma"}]' }, /^REALMS: 0: environment: /],
    [
      { REALMS: '[{"provider":"conferma","environment":"A/B"}]' },
      /^REALMS: 0: environment: must be/,
    ],
    [
      { REALMS: '[{"provider":"conferma","environment":"a","tokenUrl":"https://a.example"}]' },
      /^REALMS: 0: tokenUrl: /,
    ],
    [
      { REALMS: JSON.stringify([summaries[0], summaries[1], summaries[0]]) },
      "REALMS: conferma/production is listed twice.",
    ],
  ])("%j", (changes, message) => {
    const refusal = refusalOf(changes);
    if (typeof message === "string") expect(refusal).toBe(message);
    else expect(refusal).toMatch(message);
  });
});
