import type { StackProps } from "aws-cdk-lib";
import { Fn, Stack } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { TokenVendingProps } from "../constructs/token-vending.ts";
import { TokenVending } from "../constructs/token-vending.ts";

export interface ServiceStackProps extends StackProps, Omit<TokenVendingProps, "notify"> {
  /** The SNS topic that alarms notify; without one they notify nobody. */
  readonly alarmTopicArn?: string | undefined;
}

/** Everything that runs. It can be deleted and deployed again without losing a token. */
export class ServiceStack extends Stack {
  readonly vending: TokenVending;

  constructor(scope: Construct, id: string, { alarmTopicArn, ...props }: ServiceStackProps) {
    super(scope, id, props);
    const notify = alarmTopicArn
      ? Topic.fromTopicArn(this, "AlarmTopic", alarmTopicArn)
      : undefined;
    // CDK leaves "Default" out of logical ids: the resources of earlier releases keep theirs.
    this.vending = new TokenVending(this, "Default", { ...props, notify });
  }

  /** CDK would look up the zones of a given account, which needs credentials and a network. */
  override get availabilityZones(): string[] {
    return [0, 1].map((at) => Fn.select(at, Fn.getAzs()));
  }
}
