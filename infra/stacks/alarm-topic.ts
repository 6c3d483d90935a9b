import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** The SNS topic that alarms notify; without one they notify nobody. */
export function topicOf(scope: Construct, topicArn: string | undefined): ITopic | undefined {
  return topicArn ? Topic.fromTopicArn(scope, "AlarmTopic", topicArn) : undefined;
}
