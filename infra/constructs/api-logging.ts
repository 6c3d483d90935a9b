import { ArnFormat, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { CfnAccount } from "aws-cdk-lib/aws-apigateway";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

/** The log groups that API Gateway makes itself; setting the role writes to the first, to test it. */
const ownGroups = ["/aws/apigateway/*", "API-Gateway-Execution-Logs_*"];

/**
 * The actions of the managed policy `AmazonAPIGatewayPushToCloudWatchLogs`, in this account and Region only. Access logs
 * go to groups of any name, but no group of another service can be created or read.
 */
const grants: readonly (readonly [actions: readonly string[], groups: readonly string[]])[] = [
  [["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], ["*"]],
  [["logs:CreateLogGroup", "logs:GetLogEvents", "logs:FilterLogEvents"], ownGroups],
];

/**
 * Lets API Gateway write logs. This is one setting for all REST APIs of the account in this Region, so it is kept when
 * the stack is deleted. An account that already has it should not deploy it again (docs/deploying.md).
 */
export class ApiLogging extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // No condition on aws:SourceAccount: AWS documents this trust policy without conditions, and API Gateway does not
    // send that key when it assumes roles for integrations. With it the deployment could fail, or logs could stop
    // (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html).
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
    });
    for (const [actions, names] of grants) {
      const resources = names.map((name) => logGroupsOf(this, name));
      role.addToPolicy(new PolicyStatement({ actions: [...actions], resources }));
    }
    const listing = new PolicyStatement({ actions: ["logs:DescribeLogGroups"], resources: ["*"] });
    role.addToPolicy(listing);
    Validations.of(role).acknowledge({
      id: "AwsSolutions::AwsSolutions-IAM5[Resource::*]",
      reason: "Listing the names of log groups supports no resource-level permissions.",
    });
    for (const name of new Set(grants.flatMap(([, names]) => names))) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::${acknowledged(name)}]`,
        reason: "The role writes the logs of every REST API of the account in this Region.",
      });
    }
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, "Account", { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    account.node.addDependency(role);
  }
}

function logGroupsOf(scope: Construct, name: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  const arn = { service: "logs", resource: "log-group", resourceName: name, arnFormat };
  return Stack.of(scope).formatArn(arn);
}

function acknowledged(name: string): string {
  return `arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${name}`;
}
