import { ArnFormat, Stack } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { AlarmKind } from "./alarm-topics.ts";
import { runbookLink } from "./alarm-topics.ts";

export interface TokenAlarmProps {
  readonly kind: AlarmKind;
  /** `conferma/sandbox`, or what else it watches. */
  readonly subject: string;
  /** What it means, in a sentence. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly greaterThan?: number;
  readonly lessThan?: number;
  /** Periods in a row; 1 if unsaid. */
  readonly periods?: number;
  /** Who is told; nobody if unsaid. */
  readonly notify?: ITopic;
}

/** An alarm without whom it is for. */
export type AlarmDefinition = Omit<TokenAlarmProps, "of" | "notify">;

/** Rings when its metric is past the threshold; silent without data, for what is not used is not broken. */
export class TokenAlarm extends Alarm {
  /** Made of its name: a reference would tie the dashboard to each alarm. */
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
