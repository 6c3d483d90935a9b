import { ArnFormat, Stack } from "aws-cdk-lib";
import type { AlarmBase, IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** The kinds of alarms. Each has a section in docs/operations.md that says what to do. */
export const alarmKinds = [
  "availability",
  "slow-vends",
  "issue-rate",
  "credentials-rejected",
  "key-rejections",
  "contested",
  "consent-ending",
  "consent-ended",
  "lease-wait",
  "renewal-failures",
  "overdue",
  "late-issues",
  "damaged-records",
  "key-expiry",
  "errors",
  "throttles",
  "undelivered",
  "delayed",
  "lost",
] as const;

export type AlarmKind = (typeof alarmKinds)[number];

/** What all alarms of a deployment have in common. */
export interface AlarmSettings {
  /** The SNS topic that is notified when something begins and when it ends, if any. */
  readonly notify?: ITopic | undefined;
  /** Where docs/operations.md can be read (default: its path in the repository). */
  readonly runbookUrl?: string | undefined;
  /** Percent of the vends that must succeed, of those that no caller's mistake prevents (default 99.9). */
  readonly availabilityObjective?: number | undefined;
}

export const defaultRunbook = "docs/operations.md";
export const defaultAvailabilityObjective = 99.9;

/** What the alarms of one subject have in common. */
export interface AlarmSubject extends AlarmSettings {
  /** What they watch, for example the realm `conferma/sandbox`. */
  readonly subject: string;
  /** The beginning of their names: `token-vending-conferma-sandbox`. */
  readonly prefix: string;
}

/** An alarm without its subject. */
export interface AlarmDefinition {
  readonly kind: AlarmKind;
  /** One sentence that says what has happened. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly greaterThan?: number;
  readonly lessThan?: number;
  /** Consecutive periods that must breach the threshold (default 1). */
  readonly periods?: number;
  /** Makes a percentile of a few values no alarm. */
  readonly ignoresFewValues?: boolean;
}

/** Goes into ALARM when its metric breaches the threshold. Missing data is OK: an unused realm is not broken. */
export class TokenAlarm extends Alarm {
  readonly kind: AlarmKind;

  /** `part` names one of several alarms of a kind; they notify nobody by themselves. */
  constructor(scope: Construct, subject: AlarmSubject, alarm: AlarmDefinition, part = "") {
    const { kind, meaning, metric, greaterThan, lessThan, periods = 1, ignoresFewValues } = alarm;
    super(scope, `Alarm ${kind}${part}`, {
      alarmName: `${subject.prefix}-${kind}${part}`,
      alarmDescription: alarmDescription(subject, kind, meaning),
      metric,
      threshold: greaterThan ?? lessThan ?? 0,
      comparisonOperator:
        greaterThan === undefined
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...(ignoresFewValues && { evaluateLowSampleCountPercentile: "ignore" }),
    });
    this.kind = kind;
    if (part === "") notifyOf(this, subject);
  }
}

/** Notifies when an alarm begins and when it ends. */
export function notifyOf(alarm: AlarmBase, { notify }: AlarmSubject): void {
  if (!notify) return;
  const action = new SnsAction(notify);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}

/** Says what has happened and where the section is that says what to do. */
export function alarmDescription(
  { subject, runbookUrl }: AlarmSubject,
  kind: AlarmKind,
  meaning: string,
): string {
  return `${subject}: ${meaning} ${runbookLink(kind, runbookUrl)}`;
}

/** The anchor that GitHub generates for a heading `Alarm: <kind>`. */
export function runbookLink(kind: AlarmKind, runbookUrl: string = defaultRunbook): string {
  return `${runbookUrl}#alarm-${kind}`;
}

/** Built from the name: a reference would make one stack depend on the other. */
export function alarmArnOf(scope: Construct, resourceName: string): string {
  return Stack.of(scope).formatArn({
    ...{ service: "cloudwatch", resource: "alarm", resourceName },
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
