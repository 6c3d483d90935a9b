import { ArnFormat, Stack } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** The kinds of alarms. Each has a section in docs/operations.md that says what to do. */
export const alarmKinds = [
  "issue-rate",
  "credentials-rejected",
  "contested",
  "consent-ending",
  "lease-wait",
  "renewal-failures",
  "late-issues",
  "key-expiry",
  "errors",
  "throttles",
  "undelivered",
] as const;

export type AlarmKind = (typeof alarmKinds)[number];

export interface TokenAlarmProps {
  readonly kind: AlarmKind;
  /** What the alarm watches, for example the realm `conferma/sandbox`. */
  readonly subject: string;
  /** One sentence that says what has happened. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly greaterThan?: number;
  readonly lessThan?: number;
  /** Consecutive periods that must breach the threshold (default 1). */
  readonly periods?: number;
  /** The SNS topic that is notified, if any. */
  readonly notify?: ITopic;
}

/** An alarm without its subject and its notification. */
export type AlarmDefinition = Omit<TokenAlarmProps, "subject" | "notify">;

/** Goes into ALARM when its metric breaches the threshold. Missing data is OK: an unused realm is not broken. */
export class TokenAlarm extends Alarm {
  /** Built from the name. A reference would make the dashboard depend on each alarm. */
  readonly ownArn: string;

  constructor(scope: Construct, props: TokenAlarmProps) {
    const { kind, subject, meaning, metric, greaterThan, lessThan, periods = 1, notify } = props;
    const alarmName = `token-vending/${subject}/${kind}`;
    super(scope, `Alarm ${kind}`, {
      alarmName,
      alarmDescription: `${subject}: ${meaning} ${runbookLink(kind)}`,
      metric,
      threshold: greaterThan ?? lessThan ?? 0,
      comparisonOperator:
        greaterThan === undefined
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.ownArn = Stack.of(this).formatArn({
      service: "cloudwatch",
      resource: "alarm",
      resourceName: alarmName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    if (notify) this.addAlarmAction(new SnsAction(notify));
  }
}

/** The anchor that GitHub generates for a heading `Alarm: <kind>`. */
function runbookLink(kind: AlarmKind): string {
  return `docs/operations.md#alarm-${kind}`;
}
