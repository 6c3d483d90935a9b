import { Aws, Duration, Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { allowSendingFailures } from "./permissions.ts";

interface FunctionScheduleProps {
  readonly description: string;
  readonly every: Duration;
  readonly target: IFunction;
  readonly group: IScheduleGroup;
  readonly failureQueue: Pick<IQueue, "queueArn">;
}

/**
 * Invokes a function at a fixed rate, under a role that may invoke only that function and only for this schedule group.
 */
export class FunctionSchedule extends Schedule {
  constructor(
    scope: Construct,
    id: string,
    { description, every, target, group, failureQueue }: FunctionScheduleProps,
  ) {
    const role = new Role(scope, `${id}Role`, {
      // The group, because AWS does not accept a single schedule here:
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
      schedule: ScheduleExpression.rate(every),
      target: {
        bind: () => ({
          role,
          arn: target.functionArn,
          input: ScheduleTargetInput.fromObject({}),
          // No retry: the next run does what this one has missed.
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
          deadLetterConfig: { arn: failureQueue.queueArn },
        }),
      },
    });
  }
}

function groupArn(scope: Construct, group: IScheduleGroup): string {
  return Stack.of(scope).formatArn({
    service: "scheduler",
    resource: "schedule-group",
    resourceName: group.scheduleGroupName,
  });
}

/** Receives scheduled runs that failed or could not be delivered: the event and the error, never a token. */
export class FailureQueue extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    for (const id of [
      "AwsSolutions::AwsSolutions-SQS3",
      "Serverless::Serverless-SQSRedrivePolicy",
    ]) {
      Validations.of(this).acknowledge({
        id,
        reason: "It is itself a dead-letter queue: only operators read it.",
      });
    }
  }
}
