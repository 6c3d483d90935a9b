import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { alarmKinds } from "../../infra/constructs/token-alarm.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";
import { alarmPrefix, alarmsIn } from "./template-alarms.ts";

const topicArn = "arn:aws:sns:eu-west-1:111122223333:operators";
const realms = oneOfEachKind.map(({ provider, environment }) => `${provider}/${environment}`);
const template = synthesized(oneOfEachKind, { alarmTopicArn: topicArn });
const all = alarmsIn(template, realms);
/** Parts of the composite alarm `availability`, which notifies in their place. */
const isPart = (kind: string) => /^availability-/.test(kind);
const byName = new Map(all.map(({ alarm }) => [alarm.AlarmName, alarm]));
const root = path.join(import.meta.dirname, "../..");

interface Composite {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmRule: { readonly "Fn::Join": readonly [string, readonly unknown[]] };
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
}

const composites = resourcesIn(template, "AWS::CloudWatch::CompositeAlarm").map(
  ([, { Properties }]) => Properties as unknown as Composite,
);
/** Which alarms a composite alarm watches, as kinds. */
const watchedBy = (name: string) => {
  const rule = JSON.stringify(composites.find(({ AlarmName }) => AlarmName === name)?.AlarmRule);
  return all.filter(({ logicalId }) => rule.includes(`"${logicalId}"`)).map(({ kind }) => kind);
};

const anchors = (page: string) =>
  (readFileSync(path.join(root, page), "utf8").match(/^#+ .*$/gm) ?? []).map((heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );

describe("each alarm", () => {
  test.each(all)("$alarm.AlarmName names the section that says what to do", ({ kind, alarm }) => {
    const [, page = "", anchor = ""] = /(\S+)#(\S+)$/.exec(alarm.AlarmDescription) ?? [];
    expect(anchors(page)).toContain(anchor);
    expect(anchor).toBe(`alarm-${isPart(kind) ? "availability" : kind}`);
  });

  test("belongs to a realm, to the status or to the ticks, by its name", () => {
    expect(all.filter(({ of }) => of === "")).toEqual([]);
  });

  test("notifies the topic when it begins and when it ends, and stays OK without data", () => {
    for (const { kind, alarm } of all) {
      const notified = isPart(kind) ? undefined : [topicArn];
      expect(alarm.AlarmActions, alarm.AlarmName).toEqual(notified);
      expect(alarm.OKActions, alarm.AlarmName).toEqual(notified);
      expect(alarm.TreatMissingData).toBe("notBreaching");
    }
  });

  test("of a realm's own metric watches that realm alone", () => {
    const own = all.filter(({ alarm }) => JSON.stringify(alarm).includes('"TokenVending"'));
    expect(own.length).toBeGreaterThan(20);
    for (const { of, alarm } of own) {
      const watched = [
        alarm,
        ...(alarm.Metrics ?? []).flatMap((each) => each.MetricStat?.Metric ?? []),
      ];
      for (const { Dimensions } of watched.filter((each) => each.Dimensions)) {
        expect(Dimensions).toEqual([{ Name: "Realm", Value: of }]);
      }
    }
  });
});

test("every kind of alarm exists", () => {
  const kinds = [...all.map(({ kind }) => kind).filter((kind) => !isPart(kind)), "availability"];
  expect([...new Set(kinds)].sort()).toEqual([...alarmKinds].sort());
});

test("a realm has the alarms of its credential type", () => {
  const kindsOf = (realm: string) =>
    all.flatMap(({ of, kind }) => (of === realm && !isPart(kind) ? [kind] : []));
  const every = [
    ...["credentials-rejected", "renewal-failures"],
    ...["slow-vends", "overdue", "damaged-records", "errors", "throttles"],
  ];
  const issuing = ["contested", "late-issues", "lease-wait"];
  expect(kindsOf("conferma/sandbox")).toEqual([...every, ...issuing, "issue-rate"]);
  expect(kindsOf("cfis/staging")).toEqual([...every, "key-expiry", "key-rejections"]);
  const ofConsents = ["consent-ending", "consent-ended"];
  expect(kindsOf("centrapay-user/test")).toEqual([...every, ...issuing, ...ofConsents]);
});

describe("a realm's composite alarm", () => {
  test.each(realms)("of %s has its name, and is in ALARM while one of its alarms is", (realm) => {
    const warnings = ["key-expiry", "consent-ending"];
    const expected = all.flatMap(({ of, kind }) =>
      of === realm && !isPart(kind) && !warnings.includes(kind) ? [kind] : [],
    );
    expect(watchedBy(alarmPrefix(realm)).sort()).toEqual(expected.sort());
    const own = composites.find(({ AlarmName }) => AlarmName === alarmPrefix(realm));
    const availability = resourcesIn(template, "AWS::CloudWatch::CompositeAlarm").find(
      ([, { Properties }]) => Properties["AlarmName"] === `${alarmPrefix(realm)}-availability`,
    );
    expect(JSON.stringify(own?.AlarmRule)).toContain(`"${availability?.[0]}"`);
    // Each of its alarms notifies.
    expect(own?.AlarmActions).toBeUndefined();
    const [, page = "", anchor = ""] = /(\S+)#(\S+)$/.exec(own?.AlarmDescription ?? "") ?? [];
    expect(anchors(page)).toContain(anchor);
  });
});

test("a token of five minutes may be issued four times in 15 minutes, plus once as tolerance, per account", () => {
  const [conferma] = oneOfEachKind;
  if (!conferma) throw new Error("There is no realm.");
  const two = synthesized([{ ...conferma, accounts: ["one", "two"] }]);
  const [issueRate] = alarmsIn(two, ["conferma/sandbox"]).filter(
    ({ kind }) => kind === "issue-rate",
  );
  expect(byName.get("token-vending-conferma-sandbox-issue-rate")?.Threshold).toBe(5);
  expect(issueRate?.alarm.Threshold).toBe(10);
});

test("descriptions lead to where the runbook can be read, if that is said", () => {
  const runbookUrl = "https://git.example/token-vending/docs/operations.md";
  const [first] = alarmsIn(synthesized(oneOfEachKind.slice(0, 1), { runbookUrl }), realms);
  expect(first?.alarm.AlarmDescription).toContain(` ${runbookUrl}#alarm-`);
});
