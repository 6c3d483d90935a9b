import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { linkLifetimeMs } from "../../functions/consents/begin-consent.ts";
import { usedCodeMs } from "../../functions/consents/complete-pasted-code.ts";
import { tableUnder } from "../support/markdown-table.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(oneOfEachKind, { trail: true });
const page = readFileSync(path.join(import.meta.dirname, "../../docs/privacy.md"), "utf8");
const rows = tableUnder(page, "## What is stored, where and for how long", "place");
const periodOf = (place: string) => rows.find(([name]) => name === place)?.[3];

/** In the words of the page. */
const days = { 14: "14 days", 35: "35 days", 90: "3 months", 365: "1 year" } as const;
const wordsFor = (number: unknown) => days[Number(number) as keyof typeof days] ?? `${number} days`;

describe("docs/privacy.md has the period", () => {
  const groups = resourcesIn(template, "AWS::Logs::LogGroup");
  const periodsOf = (id: RegExp) =>
    groups.flatMap(([logicalId, { Properties }]) =>
      id.test(logicalId) ? wordsFor(Properties["RetentionInDays"]) : [],
    );

  test.each([
    ["access log of the API", /^VendingApiAccessLog/],
    ["access log of the consent host", /^ConsentHostAccessLog/],
    ["trail of invocations", /^InvocationsLog/],
    ["log of a function", /^(?!VendingApi|ConsentHost|Invocations)/],
  ])("of the %s", (place, id) => {
    expect([...new Set(periodsOf(id))]).toEqual([periodOf(place)]);
  });

  test("of the dead-letter queue", () => {
    const [[, queue] = []] = resourcesIn(template, "AWS::SQS::Queue");
    const seconds = Number(queue?.Properties["MessageRetentionPeriod"]);
    expect(periodOf("dead-letter queue")).toBe(wordsFor(seconds / 86_400));
  });

  test("of the table's backups, which is AWS's longest where no other is set", () => {
    const [[, table] = []] = resourcesIn(template, "AWS::DynamoDB::Table");
    expect(table?.Properties["PointInTimeRecoverySpecification"]).toEqual({
      PointInTimeRecoveryEnabled: true,
    });
    expect(periodOf("point-in-time recovery of the table")).toBe(days[35]);
  });

  test("of a link, its cookie and a used code", () => {
    const minutes = linkLifetimeMs / 60_000;
    expect(periodOf("pending consent")).toBe(
      `${minutes} minutes or as long as the realm's settings say, and ${minutes} after "continue"`,
    );
    expect(periodOf("cookie in the person's browser")).toBe(
      `${minutes} minutes longer than the link`,
    );
    expect(periodOf("used code")).toBe(`${usedCodeMs / 86_400_000} day`);
  });
});

test("docs/privacy.md repeats the periods after which backups and logs forget", () => {
  const [, erasing = ""] = page.replace(/\s+/g, " ").split("## Erasing a person");
  for (const period of [days[35], days[90], days[365]]) expect(erasing).toContain(period);
});
