import { ArnFormat, Stack } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { AlarmTopic } from "./alarm-topics.ts";
import { runbookOf } from "./alarm-topics.ts";

export interface TokenAlarmProps {
  readonly topic: AlarmTopic;
  /** `conferma/sandbox`, or what else it watches. */
  readonly of: string;
  /** What it means, in a sentence. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly above?: number;
  readonly below?: number;
  /** Periods in a row; 1 if unsaid. */
  readonly periods?: number;
  /** Who is told; nobody if unsaid. */
  readonly notify?: ITopic;
}

/** An alarm without whom it is for. */
export type Wanted = Omit<TokenAlarmProps, "of" | "notify">;

/** Rings when its metric is past the threshold; silent without data, for what is not used is not broken. */
export class TokenAlarm extends Alarm {
  /** Made of its name: a reference would tie the dashboard to each alarm. */
  readonly ownArn: string;

  constructor(scope: Construct, props: TokenAlarmProps) {
    const { topic, of, meaning, metric, above, below, periods = 1, notify } = props;
    const alarmName = `token-vending/${of}/${topic}`;
    super(scope, `Alarm ${topic}`, {
      alarmName,
      alarmDescription: `${of}: ${meaning} ${runbookOf(topic)}`,
      metric,
      threshold: above ?? below ?? 0,
      comparisonOperator:
        above === undefined
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
