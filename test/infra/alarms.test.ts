import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { measures } from "../../functions/model/metrics.ts";
import { alarmKinds } from "../../infra/constructs/token-alarm.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";

const topicArn = "arn:aws:sns:eu-west-1:111122223333:operators";
const template = synthesized(oneOfEachKind, { alarmTopicArn: topicArn });
const alarms = resourcesIn(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => ({
  ...(Properties as unknown as AlarmProperties),
}));
const byName = new Map(alarms.map((alarm) => [alarm.AlarmName, alarm]));
const root = path.join(import.meta.dirname, "../..");

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly TreatMissingData: string;
  readonly Threshold: number;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

describe("each alarm", () => {
  test.each(alarms)("$AlarmName names the section that says what to do", (alarm) => {
    const [, page = "", anchor = ""] = /(\S+)#(\S+)$/.exec(alarm.AlarmDescription) ?? [];
    const headings = readFileSync(path.join(root, page), "utf8").match(/^#+ .*$/gm) ?? [];
    const anchors = headings.map((heading) =>
      heading
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
    expect(anchors).toContain(anchor);
    expect(anchor).toBe(`alarm-${alarm.AlarmName.split("/").at(-1)}`);
  });

  test("notifies the topic, and stays OK without data", () => {
    for (const { AlarmActions, TreatMissingData } of alarms) {
      expect(AlarmActions).toEqual([topicArn]);
      expect(TreatMissingData).toBe("notBreaching");
    }
  });

  test("of a realm's own metric watches that realm alone", () => {
    const own = alarms.filter(({ Namespace }) => Namespace === "TokenVending");
    expect(own.length).toBeGreaterThan(10);
    for (const { AlarmName, Dimensions } of own) {
      const [, realm] = /^token-vending\/(.+)\/[^/]+$/.exec(AlarmName) ?? [];
      expect(Dimensions).toEqual([{ Name: "Realm", Value: realm }]);
    }
  });
});

test("every kind of alarm exists", () => {
  const names = alarms.map(({ AlarmName }) => AlarmName.split("/").at(-1));
  expect([...new Set(names)].sort()).toEqual([...alarmKinds].sort());
});

test("a realm has the alarms of its credential type", () => {
  const kindsOf = (realm: string) =>
    [...byName.keys()]
      .filter((name) => name.startsWith(`token-vending/${realm}/`))
      .map((name) => name.split("/").at(-1));
  const all = ["credentials-rejected", "renewal-failures", "errors", "throttles"];
  const issuing = ["contested", "late-issues", "lease-wait"];
  expect(kindsOf("conferma/sandbox")).toEqual([...all, ...issuing, "issue-rate"]);
  expect(kindsOf("cfis/staging")).toEqual([...all, "key-expiry"]);
  expect(kindsOf("centrapay-user/test")).toEqual([...all, ...issuing, "consent-ending"]);
});

test("a token of five minutes may be issued four times in 15 minutes, plus once as tolerance, per account", () => {
  const [conferma] = oneOfEachKind;
  if (!conferma) throw new Error("There is no realm.");
  const two = synthesized([{ ...conferma, accounts: ["one", "two"] }]);
  const [[, alarm] = []] = resourcesIn(two, "AWS::CloudWatch::Alarm").filter(([, { Properties }]) =>
    String(Properties["AlarmName"]).endsWith("/issue-rate"),
  );
  expect(byName.get("token-vending/conferma/sandbox/issue-rate")?.Threshold).toBe(5);
  expect(alarm?.Properties["Threshold"]).toBe(10);
});

test("the dashboard has every metric that the functions write", () => {
  const [[, dashboard] = []] = resourcesIn(template, "AWS::CloudWatch::Dashboard");
  const body = JSON.stringify(dashboard?.Properties["DashboardBody"]);
  const shown = [...body.matchAll(/MetricName=[\\"]+(\w+)/g)].map(([, name]) => name);
  expect(shown.sort()).toEqual(Object.keys(measures).sort());
});
