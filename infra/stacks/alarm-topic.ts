import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { AlarmSettings } from "../constructs/token-alarm.ts";

/** The settings of all alarms, before a stack has the topic. */
export interface AlarmOptions extends Omit<AlarmSettings, "notify"> {
  /** The SNS topic that alarms notify; without one they notify nobody. */
  readonly alarmTopicArn?: string | undefined;
}

/** The settings of a stack's alarms. */
export function alarmSettingsOf(
  scope: Construct,
  { alarmTopicArn, runbookUrl, availabilityObjective }: AlarmOptions,
): AlarmSettings {
  const notify = alarmTopicArn && Topic.fromTopicArn(scope, "AlarmTopic", alarmTopicArn);
  return { ...(notify && { notify }), runbookUrl, availabilityObjective };
}
