import { Duration } from "aws-cdk-lib";
import { AlarmRule, AlarmState, CompositeAlarm, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { realmMetric } from "./realm-metrics.ts";
import type { AlarmSubject } from "./token-alarm.ts";
import {
  alarmDescription,
  defaultAvailabilityObjective,
  notifyOf,
  TokenAlarm,
} from "./token-alarm.ts";

/** A time over which availability is looked at. CloudWatch's longest period is a day, so a longer window has several. */
interface BurnWindow {
  readonly label: string;
  readonly period: Duration;
  readonly periods?: number;
}

/** The error budget is spent this many times as fast as the objective allows, over a long time and still. */
interface BurnRate {
  readonly rate: number;
  readonly long: BurnWindow;
  readonly short: BurnWindow;
}

/**
 * The windows of the Site Reliability Workbook, https://sre.google/workbook/alerting-on-slos/: two percent of a month's
 * budget in an hour, five in six hours, ten in three days.
 */
const burnRates: readonly BurnRate[] = [
  {
    rate: 14.4,
    long: { label: "1h", period: Duration.hours(1) },
    short: { label: "5m", period: Duration.minutes(5) },
  },
  {
    rate: 6,
    long: { label: "6h", period: Duration.hours(6) },
    short: { label: "30m", period: Duration.minutes(30) },
  },
  {
    rate: 1,
    long: { label: "3d", period: Duration.days(1), periods: 3 },
    short: { label: "3d-6h", period: Duration.hours(6) },
  },
];

/** With fewer, a single refusal of a realm with few callers would be an outage. */
const fewestUnserved = 5;

/**
 * Goes into ALARM while the realm spends its error budget too fast.
 */
export function availabilityAlarm(scope: Construct, subject: AlarmSubject): CompositeAlarm {
  const { availabilityObjective: objective = defaultAvailabilityObjective } = subject;
  const pairs = burnRates.map(({ rate, long, short }) => {
    const threshold = Number((rate * (100 - objective)).toFixed(4));
    const windowAlarm = (window: BurnWindow, fewest: number) =>
      new TokenAlarm(
        scope,
        subject,
        {
          kind: "availability",
          meaning: `More than ${threshold} % of the vends of ${window.label} were refused, through no fault of the callers; a part of the alarm availability.`,
          metric: unservedPercent(subject.subject, window.period, fewest),
          greaterThan: threshold,
          periods: window.periods ?? 1,
        },
        `-${window.label}`,
      );
    const both = [windowAlarm(long, fewestUnserved), windowAlarm(short, 1)];
    return AlarmRule.allOf(...both.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM)));
  });
  const composite = new CompositeAlarm(scope, "Alarm availability", {
    compositeAlarmName: `${subject.prefix}-availability`,
    alarmDescription: alarmDescription(
      subject,
      "availability",
      `Callers are not served as often as the objective of ${objective} % demands.`,
    ),
    alarmRule: AlarmRule.anyOf(...pairs),
  });
  notifyOf(composite, subject);
  return composite;
}

/**
 * How many percent of the vends were refused that should have succeeded. A sum has no datapoint where nothing was counted:
 * the total has one as soon as either has, so that a realm which serves nobody any more is not missing data.
 */
function unservedPercent(realm: string, period: Duration, fewest: number): MathExpression {
  return new MathExpression({
    expression: `100 * IF(unserved >= ${fewest}, unserved, 0) / SUM([vends, unserved])`,
    usingMetrics: {
      vends: realmMetric(realm, "Vends", "Sum", period),
      unserved: realmMetric(realm, "Unserved", "Sum", period),
    },
    period,
    label: "not served, %",
  });
}
