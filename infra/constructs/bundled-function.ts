import path from "node:path";
import type { Duration } from "aws-cdk-lib";
import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { VersionOptions } from "aws-cdk-lib/aws-lambda";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import packageJson from "../package.json" with { type: "json" };

export interface BundledFunctionProps {
  /** By default CloudFormation generates one. */
  readonly functionName?: string;
  /** Name of the function's folder. */
  readonly entry: string;
  /** Contains the bundle of each function, in a folder of its name. */
  readonly bundlesFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly reservedConcurrentExecutions?: number;
  readonly currentVersionOptions?: VersionOptions;
}

/**
 * A function bundled by `npm run build`, with its own role and log group. Further permissions are added to the role.
 */
export class BundledFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    const { entry, bundlesFolder, environment, ...lambda } = props;
    const { functionName } = lambda;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.THREE_MONTHS,
      ...(functionName && {
        logGroupName: `/aws/lambda/${functionName}`,
        // A group that stays behind after a failed creation would be in the way of the next one.
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      }),
    });
    // Its own role, because CDK's default one may write to every log group of the account.
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    super(scope, id, {
      ...lambda,
      role,
      logGroup,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      tracing: Tracing.ACTIVE,
      code: Code.fromAsset(path.join(bundlesFolder, entry), { exclude: ["*.map"] }),
      handler: "index.handler",
      // No function reads it: the command line compares it with its own (cli/doctor/).
      environment: { ...environment, RELEASE: packageJson.version },
    });
    logGroup.grantWrite(role);
    Validations.of(role).acknowledge({
      id: "AwsSolutions::AwsSolutions-IAM5[Resource::*]",
      reason: "X-Ray actions support no resource-level permissions.",
    });
    Validations.of(this).acknowledge({
      id: "Serverless::Serverless-LambdaDLQ",
      reason: "Callers wait for its answer; a failed scheduled run goes to the dead-letter queue.",
    });
  }
}
