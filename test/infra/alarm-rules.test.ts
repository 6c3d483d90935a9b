import { expect, test } from "vitest";
import type { AlarmKind } from "../../infra/constructs/alarm-topics.ts";
import { alarmKinds } from "../../infra/constructs/alarm-topics.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(oneOfEachKind);

/** What an alarm asks of CloudWatch: how often in a row this statistic of so many seconds has to be past the threshold. */
type Rule = readonly [
  metric: string,
  statistic: string,
  periodSeconds: number,
  comparison: ">" | "<",
  threshold: number,
  evaluationPeriods: number,
];

const rules: Readonly<Record<AlarmKind, Rule>> = {
  "issue-rate": ["TokenVending Issues", "Sum", 900, ">", 5, 1],
  "credentials-rejected": ["TokenVending CredentialsRejected", "Sum", 300, ">", 0, 1],
  contested: ["TokenVending Contested", "Sum", 300, ">", 0, 1],
  "consent-ending": ["TokenVending ConsentEndsInDays", "Minimum", 3600, "<", 7, 1],
  "lease-wait": ["TokenVending LeaseWaitMs", "p99", 300, ">", 3000, 3],
  "renewal-failures": ["TokenVending RenewalFailures", "Sum", 900, ">", 0, 2],
  "late-issues": ["TokenVending LateIssues", "Sum", 300, ">", 0, 1],
  "key-expiry": ["TokenVending KeyEndsInDays", "Minimum", 3600, "<", 14, 1],
  errors: ["AWS/Lambda Errors", "Sum", 300, ">", 0, 1],
  throttles: ["AWS/Lambda Throttles", "Sum", 300, ">", 0, 1],
  undelivered: ["AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", 300, ">", 0, 1],
};

const alarms = resourcesIn(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => {
  const alarm = Properties as unknown as AlarmProperties;
  const [, of = "", topic = ""] = /^token-vending\/(.+)\/([^/]+)$/.exec(alarm.AlarmName) ?? [];
  return { of, topic: topic as AlarmKind, alarm };
});

test.each(alarmKinds)("%s rings by its rule, wherever it is", (topic) => {
  const mine = alarms.filter((one) => one.topic === topic);
  expect(mine.length).toBeGreaterThan(0);
  for (const { alarm } of mine)
    expect(rulesOf(alarm)).toEqual(metricsOf(alarm).map(() => rules[topic]));
});

test("an alarm asks for every one of its periods, and is on", () => {
  for (const { alarm } of alarms) {
    expect(alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods).toBe(alarm.EvaluationPeriods);
    expect(alarm.ActionsEnabled ?? true).toBe(true);
  }
});

/** A function that is not called has no datapoint, and no sum has one where a part of it has none. */
test("errors and throttles are those of all functions added up, each 0 where it was not called", () => {
  const watched = alarms.filter(({ topic }) => topic === "errors" || topic === "throttles");
  for (const { of, alarm } of watched) {
    const functions = metricsOf(alarm).map(({ dimensions }) => dimensions);
    expect(functions).toEqual(
      functionsOf(of).map((Ref) => [{ Name: "FunctionName", Value: { Ref } }]),
    );
    const sums = (alarm.Metrics ?? []).filter(({ ReturnData }) => ReturnData !== false);
    const parts = functions.map((_, at) => `FILL(m${at}, 0)`);
    expect(sums.map(({ Expression }) => Expression)).toEqual(
      functions.length > 1 ? [parts.join(" + ")] : [],
    );
  }
  const all = resourcesIn(template, "AWS::Lambda::Function").map(([logicalId]) => logicalId);
  const ofErrors = watched.filter(({ topic }) => topic === "errors");
  expect(ofErrors.flatMap(({ of }) => functionsOf(of)).sort()).toEqual(all.sort());
});

test("undelivered watches the queue of failures", () => {
  const [[queue] = []] = resourcesIn(template, "AWS::SQS::Queue");
  const [undelivered] = alarms.filter(({ topic }) => topic === "undelivered");
  const Value = { "Fn::GetAtt": [queue, "QueueName"] };
  expect(undelivered?.alarm.Dimensions).toEqual([{ Name: "QueueName", Value }]);
});

interface Watched {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly unknown[];
}

interface AlarmProperties extends Partial<Watched> {
  readonly AlarmName: string;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly ActionsEnabled?: boolean;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly ReturnData?: boolean;
    readonly MetricStat?: {
      readonly Metric: Watched;
      readonly Period: number;
      readonly Stat: string;
    };
  }[];
}

/** Its one metric, or those that it adds up. */
function metricsOf(alarm: AlarmProperties) {
  const { Namespace, MetricName, Dimensions, Statistic, ExtendedStatistic, Period } = alarm;
  const stats = (alarm.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat ?? []);
  if (stats.length === 0) {
    const statistic = Statistic ?? ExtendedStatistic;
    return [
      { name: `${Namespace} ${MetricName}`, dimensions: Dimensions, statistic, period: Period },
    ];
  }
  return stats.map(({ Metric, Stat, Period: period }) => ({
    name: `${Metric.Namespace} ${Metric.MetricName}`,
    dimensions: Metric.Dimensions,
    statistic: Stat,
    period,
  }));
}

function rulesOf(alarm: AlarmProperties): unknown[] {
  const { Threshold, ComparisonOperator, EvaluationPeriods } = alarm;
  const signs: Record<string, string> = { GreaterThanThreshold: ">", LessThanThreshold: "<" };
  const sign = signs[ComparisonOperator];
  return metricsOf(alarm).map(({ name, statistic, period }) => [
    name,
    statistic,
    period,
    sign,
    Threshold,
    EvaluationPeriods,
  ]);
}

/** `conferma/sandbox` has those that begin with `confermasandbox`. */
function functionsOf(of: string): string[] {
  const start = of === "list-connections" ? "ListConnections" : of.replaceAll(/\W/g, "");
  return resourcesIn(template, "AWS::Lambda::Function")
    .map(([logicalId]) => logicalId)
    .filter((logicalId) => logicalId.startsWith(start));
}
