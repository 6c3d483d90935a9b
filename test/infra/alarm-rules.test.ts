import { expect, test } from "vitest";
import type { AlarmKind } from "../../infra/constructs/token-alarm.ts";
import { alarmKinds } from "../../infra/constructs/token-alarm.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { eventPublisher, statusReader } from "./principals.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";
import type { AlarmProperties } from "./template-alarms.ts";
import { alarmsIn } from "./template-alarms.ts";

const realms = oneOfEachKind.map(({ provider, environment }) => `${provider}/${environment}`);
const template = synthesized(oneOfEachKind);

/** An alarm's rule: how many consecutive periods of a statistic have to breach the threshold. */
type Rule = readonly [
  metric: string,
  statistic: string,
  periodSeconds: number,
  comparison: ">" | "<",
  threshold: number,
  evaluationPeriods: number,
];

/** Of those on one metric; `availability` has a test of its own. */
const rules: Readonly<Record<Exclude<AlarmKind, "availability">, Rule>> = {
  "slow-vends": ["TokenVending VendMs", "p99", 300, ">", 3000, 3],
  "issue-rate": ["TokenVending Issues", "Sum", 900, ">", 5, 1],
  "credentials-rejected": ["TokenVending CredentialsRejected", "Sum", 300, ">", 0, 1],
  "key-rejections": ["TokenVending KeyRejections", "Sum", 300, ">", 0, 1],
  overdue: ["TokenVending OverdueMs", "Maximum", 300, ">", 300_000, 3],
  "damaged-records": ["TokenVending DamagedRecords", "Sum", 300, ">", 0, 1],
  contested: ["TokenVending Contested", "Sum", 300, ">", 0, 1],
  "consent-ending": ["TokenVending ConsentEndsInDays", "Minimum", 3600, "<", 7, 1],
  "consent-ended": ["TokenVending ConsentsEnded", "Sum", 300, ">", 0, 1],
  "lease-wait": ["TokenVending LeaseWaitMs", "p99", 300, ">", 3000, 3],
  "renewal-failures": ["TokenVending RenewalFailures", "Sum", 900, ">", 0, 2],
  "late-issues": ["TokenVending LateIssues", "Sum", 300, ">", 0, 1],
  "key-expiry": ["TokenVending KeyEndsInDays", "Minimum", 3600, "<", 14, 1],
  errors: ["AWS/Lambda Errors", "Sum", 300, ">", 0, 1],
  throttles: ["AWS/Lambda Throttles", "Sum", 300, ">", 0, 1],
  delayed: ["AWS/Lambda IteratorAge", "Maximum", 300, ">", 900_000, 1],
  lost: ["AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", 300, ">", 0, 1],
  undelivered: ["AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", 300, ">", 0, 1],
};

const alarms = alarmsIn(template, realms);
const ruled = alarmKinds.filter((kind) => kind !== "availability");

test.each(ruled)("every alarm %s follows its rule", (kind) => {
  const mine = alarms.filter((alarm) => alarm.kind === kind);
  expect(mine.length).toBeGreaterThan(0);
  for (const { alarm } of mine)
    expect(rulesOf(alarm)).toEqual(metricsOf(alarm).map(() => rules[kind]));
});

test("an alarm needs a breach in every one of its periods, and is enabled", () => {
  for (const { alarm } of alarms) {
    expect(alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods).toBe(alarm.EvaluationPeriods);
    expect(alarm.ActionsEnabled ?? true).toBe(true);
  }
});

/** A function that is not called has no datapoint, and a sum has none where a part of it has none. */
test("errors and throttles are the sums over all functions, with 0 for a function that was not called", () => {
  const watched = alarms.filter(({ kind }) => kind === "errors" || kind === "throttles");
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
  const ofErrors = watched.filter(({ kind }) => kind === "errors");
  expect(ofErrors.flatMap(({ of }) => functionsOf(of)).sort()).toEqual(all.sort());
});

test.each([
  ["undelivered", "Failures"],
  ["lost", "EventsLost"],
] as const)("%s watches its dead-letter queue", (kind, name) => {
  const queues = resourcesIn(template, "AWS::SQS::Queue").map(([logicalId]) => logicalId);
  const queue = queues.find((logicalId) => logicalId.startsWith(name));
  const [watching] = alarms.filter((alarm) => alarm.kind === kind);
  const Value = { "Fn::GetAtt": [queue, "QueueName"] };
  expect(queue).toBeDefined();
  expect(watching?.alarm.Dimensions).toEqual([{ Name: "QueueName", Value }]);
});

test("delayed watches the function that publishes", () => {
  const [late] = alarms.filter(({ kind }) => kind === "delayed");
  const [Ref] = functionsOf("publish-events");
  expect(late?.alarm.Dimensions).toEqual([{ Name: "FunctionName", Value: { Ref } }]);
});

/** The alarm's one metric, or those that it sums. */
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

/** The functions of `conferma/sandbox` have logical ids that begin with `confermasandbox`. */
function functionsOf(of: string): string[] {
  const ofAllRealms: Readonly<Record<string, string>> = {
    "list-connections": statusReader,
    "publish-events": eventPublisher,
  };
  const start = ofAllRealms[of] ?? of.replaceAll(/\W/g, "");
  return resourcesIn(template, "AWS::Lambda::Function")
    .map(([logicalId]) => logicalId)
    .filter((logicalId) => logicalId.startsWith(start));
}
