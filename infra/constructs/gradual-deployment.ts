import { Validations } from "aws-cdk-lib";
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import { Construct } from "constructs";
import type { Realm } from "./realm.ts";
import { TokenAlarm } from "./token-alarm.ts";

export type DeploymentKind = "all-at-once" | "canary";

/**
 * What a bad release does to callers: functions that fail, and refusals that are none of the callers' fault. Other alarms
 * tell of providers, secrets and consents, which no rollback mends. CodeDeploy knows no composite alarms.
 */
const rollingBack = ["errors", "availability-5m"].map((kind) => `Alarm ${kind}`);

/**
 * A new version of the realm's `vend-token` gets a tenth of the invocations of each alias for ten minutes, and then all. An
 * alarm meanwhile gives them back to the version before, and rolls back the stack.
 */
export class GradualDeployment extends Construct {
  constructor(realm: Realm, id: string) {
    super(realm, id);
    const alarms = realm.node.findAll().filter((each) => each instanceof TokenAlarm);
    for (const [name, alias] of [
      ["Group", realm.live],
      ["VendOnlyGroup", realm.vendOnly],
      ["WithLinksGroup", realm.withLinks],
    ] as const) {
      if (!alias) continue;
      const group = new LambdaDeploymentGroup(this, name, {
        alias,
        alarms: alarms.filter(({ node }) => rollingBack.includes(node.id)),
        deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
      });
      Validations.of(group).acknowledge({
        id: "AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
        reason: "AWS's own policy for this: it may move aliases of functions, and read alarms.",
      });
    }
  }
}
