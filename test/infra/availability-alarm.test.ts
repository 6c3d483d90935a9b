import { describe, expect, test } from "vitest";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";
import { alarmsIn } from "./template-alarms.ts";

const topicArn = "arn:aws:sns:eu-west-1:111122223333:operators";
const realm = "conferma/sandbox";
const prefix = "token-vending-conferma-sandbox-availability";

/** The windows of a realm's alarm, and the alarm. */
function theAlarm(availabilityObjective?: number) {
  const template = synthesized(oneOfEachKind.slice(0, 1), {
    ...{ alarmTopicArn: topicArn, ...(availabilityObjective && { availabilityObjective }) },
  });
  const windows = alarmsIn(template, [realm]).filter(({ kind }) => /^availability-/.test(kind));
  const [[, composite] = []] = resourcesIn(template, "AWS::CloudWatch::CompositeAlarm").filter(
    ([, { Properties }]) => Properties["AlarmName"] === prefix,
  );
  const named = new Map(windows.map(({ logicalId, kind }) => [logicalId, kind]));
  return { windows, properties: composite?.Properties ?? {}, named };
}

const { windows, properties, named } = theAlarm();

/** The alarm's rule with names in the place of references. */
function ruleOf(): string {
  const { "Fn::Join": join } = properties["AlarmRule"] as { "Fn::Join": [string, unknown[]] };
  return join[1]
    .map((part) => {
      if (typeof part === "string") return part;
      const { "Fn::GetAtt": [logicalId = ""] = [] } = part as { "Fn::GetAtt"?: string[] };
      return named.get(logicalId) ?? "unknown";
    })
    .join("");
}

describe("a realm's availability", () => {
  test.each([
    ["availability-1h", 3600, 1, 1.44],
    ["availability-5m", 300, 1, 1.44],
    ["availability-6h", 21_600, 1, 0.6],
    ["availability-30m", 1800, 1, 0.6],
    ["availability-3d", 86_400, 3, 0.1],
    ["availability-3d-6h", 21_600, 1, 0.1],
  ])("is looked at over %s, against the budget of 0.1 %%", (kind, seconds, periods, threshold) => {
    const alarm = windows.find((window) => window.kind === kind)?.alarm;
    const stats = (alarm?.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat ?? []);
    expect(stats.map(({ Metric, Period, Stat }) => [Metric.MetricName, Period, Stat])).toEqual([
      ["Vends", seconds, "Sum"],
      ["Unserved", seconds, "Sum"],
    ]);
    expect(alarm).toMatchObject({ Threshold: threshold, EvaluationPeriods: periods });
    expect(alarm?.ComparisonOperator).toBe("GreaterThanThreshold");
    // CloudWatch's limit for alarms with periods of an hour and more: seven days.
    expect(seconds * periods).toBeLessThanOrEqual(604_800);
  });

  test("is in ALARM while a long window and its short one are: it begins soon, and ends soon after", () => {
    expect(ruleOf()).toBe(
      [
        '((ALARM("availability-1h") AND ALARM("availability-5m"))',
        '(ALARM("availability-6h") AND ALARM("availability-30m"))',
        '(ALARM("availability-3d") AND ALARM("availability-3d-6h")))',
      ].join(" OR "),
    );
    expect(properties["AlarmActions"]).toEqual([topicArn]);
    expect(properties["OKActions"]).toEqual([topicArn]);
  });

  test("counts no outage by fewer than five refusals, and is known where every vend is refused", () => {
    const expressionOf = (kind: string) =>
      windows
        .find((window) => window.kind === kind)
        ?.alarm.Metrics?.find(({ Expression }) => Expression)?.Expression;
    // The total has a datapoint as soon as one of the two has: without vends it is not missing.
    expect(expressionOf("availability-1h")).toBe(
      "100 * IF(unserved >= 5, unserved, 0) / SUM([vends, unserved])",
    );
    expect(expressionOf("availability-5m")).toBe(
      "100 * IF(unserved >= 1, unserved, 0) / SUM([vends, unserved])",
    );
  });

  test("is as demanding as its objective", () => {
    const thresholds = theAlarm(99).windows.map(({ alarm }) => alarm.Threshold);
    expect(thresholds).toEqual([14.4, 14.4, 6, 6, 1, 1]);
  });
});
