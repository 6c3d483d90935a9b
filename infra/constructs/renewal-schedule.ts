import { Aws, Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { allowSendingFailures } from "./permissions.ts";

interface RenewalScheduleProps {
  readonly description: string;
  readonly target: IFunction;
  readonly group: IScheduleGroup;
  readonly failureQueue: IQueue;
}

/** Calls a function every minute, under a role that may call that one alone and is of this deployment's schedules. */
export class RenewalSchedule extends Schedule {
  constructor(
    scope: Construct,
    id: string,
    { description, target, group, failureQueue }: RenewalScheduleProps,
  ) {
    const role = new Role(scope, `${id}Role`, {
      // A group, for AWS takes no single schedule here:
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: {
            "aws:SourceAccount": Aws.ACCOUNT_ID,
            "aws:SourceArn": groupArn(scope, group),
          },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ["lambda:InvokeFunction"],
        resources: [target.functionArn],
      }),
    );
    role.addToPolicy(allowSendingFailures(failureQueue));
    super(scope, id, {
      description,
      scheduleGroup: group,
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: {
        bind: () => ({
          role,
          arn: target.functionArn,
          input: ScheduleTargetInput.fromObject({}),
          // The next one makes up for it.
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
          deadLetterConfig: { arn: failureQueue.queueArn },
        }),
      },
    });
    // Its name is no reference.
    this.node.addDependency(group);
  }
}

function groupArn(scope: Construct, group: IScheduleGroup): string {
  return Stack.of(scope).formatArn({
    service: "scheduler",
    resource: "schedule-group",
    resourceName: group.scheduleGroupName,
  });
}
