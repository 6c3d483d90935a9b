import { CfnOutput, Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Schedule, ScheduleExpression } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Construct } from "constructs";
import type { RealmFunctionProps } from "./realm-function.ts";
import { RealmFunction } from "./realm-function.ts";
import type { TokenTable } from "./token-table.ts";
import { dueIndexName } from "./token-table.ts";

interface RealmProps extends Pick<RealmFunctionProps, "realm" | "sealingKey" | "bundlesFolder"> {
  readonly table: TokenTable;
}

/** Room for a caller that waits for someone else's renewal and then has to renew itself; under API Gateway's 29 s. */
const vendTimeout = Duration.seconds(25);
/** A tick waits inside its invocation, so with little memory, for what is due within its minute, then finishes it. */
const renewTimeout = Duration.minutes(2);
/** Ticks overlap by a minute. */
const renewConcurrency = 2;

/** One realm: the function that vends its tokens, and the schedule that renews them in time. */
export class Realm extends Construct {
  readonly vendToken: RealmFunction;
  readonly renewTokens: RealmFunction;

  constructor(scope: Construct, id: string, props: RealmProps) {
    super(scope, id);
    const name = `${props.realm.provider}/${props.realm.environment}`;
    this.vendToken = new RealmFunction(this, "VendToken", {
      ...props,
      entry: "vend-token",
      description: `Vends the tokens of ${name}`,
      timeout: vendTimeout,
      memorySize: 1024,
    });
    this.renewTokens = new RealmFunction(this, "RenewTokens", {
      ...props,
      entry: "renew-tokens",
      description: `Renews the tokens of ${name} in time`,
      timeout: renewTimeout,
      memorySize: 256,
      reservedConcurrentExecutions: renewConcurrency,
      // A tick that fails or finds no room is made up for by the next.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    });
    this.renewTokens.addToRolePolicy(findsDue(props.table, name));
    new Schedule(this, "EveryMinute", {
      description: `Renews what is due in ${name}`,
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new LambdaInvoke(this.renewTokens, { retryAttempts: 0 }),
    });
    new CfnOutput(this, "VendTokenName", {
      description: `Invoke this for ${name}`,
      value: this.vendToken.functionName,
    });
  }
}

/** The index's own partition key is the realm: a query for another one is denied. */
function findsDue(table: TokenTable, realm: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:Query"],
    resources: [`${table.tableArn}/index/${dueIndexName}`],
    conditions: {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [realm] },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  });
}
