import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import type { CfnTrail } from "aws-cdk-lib/aws-cloudtrail";
import { Trail } from "aws-cdk-lib/aws-cloudtrail";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { DeploymentNames } from "../deployment-names.ts";
import { realmFunctionNames } from "../deployment-names.ts";
import type { ListedRealm } from "../realm-list.ts";

const retention = Duration.days(90);

interface InvocationTrailProps {
  readonly names: DeploymentNames;
  readonly realms: readonly ListedRealm[];
}

/**
 * CloudTrail's data events of every realm's `vend-token`: who invoked it, and when, but not what was asked or answered.
 * `npm run vend -- who` reads them from the log group. The bucket is the evidence, and is kept when the trail is removed.
 */
export class InvocationTrail extends Construct {
  constructor(scope: Construct, id: string, { names, realms }: InvocationTrailProps) {
    super(scope, id);
    const bucket = new Bucket(this, "Events", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: retention }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge({
      id: "AwsSolutions::AwsSolutions-S1",
      reason:
        "CloudTrail writes it and validates its files; access logs would need another bucket.",
    });
    const trail = new Trail(this, "Trail", {
      bucket: bucket as IBucket,
      // Not kept, because its name would be in the way if the trail is switched on again.
      cloudWatchLogGroup: new LogGroup(this, "Log", {
        logGroupName: names.trailLog,
        retention: RetentionDays.THREE_MONTHS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      sendToCloudWatchLogs: true,
      enableFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
    });
    const resource = trail.node.defaultChild as CfnTrail;
    // By the beginning of their names: a list would have an end, and name resources of other stacks.
    resource.advancedEventSelectors = [
      {
        name: "Invocations of vend-token",
        fieldSelectors: [
          { field: "eventCategory", equalTo: ["Data"] },
          { field: "resources.type", equalTo: ["AWS::Lambda::Function"] },
          {
            field: "resources.ARN",
            startsWith: [functionArn(this, `${names.name}-`)],
            notEndsWith: endingsOfOthers(names, realms),
          },
        ],
      },
    ];
    resource.addPropertyDeletionOverride("EventSelectors");
  }
}

/**
 * How the names of functions end that vend nothing, such as those of the schedule, which runs each minute. Not one that is also
 * the end of a vending function's name: better too many events than too few.
 */
function endingsOfOthers(names: DeploymentNames, realms: readonly ListedRealm[]): string[] {
  const vending = realms.map(({ name }) => names.realmFunction(name, "vend-token"));
  const [realm] = realms;
  const others = realm
    ? realmFunctionNames
        .map((entry) => names.realmFunction(realm.name, entry))
        .map((name) => name.slice(names.ofRealm(realm.name).length))
    : [];
  const ofAllRealms = [names.listConnections, names.publishEvents];
  const endings = [
    ...others.filter(Boolean),
    ...ofAllRealms.map((name) => name.slice(names.name.length)),
  ];
  return endings.filter((ending) => !vending.some((name) => name.endsWith(ending)));
}

function functionArn(scope: Construct, resourceName: string): string {
  const arn = { service: "lambda", resource: "function", resourceName };
  return Stack.of(scope).formatArn({ ...arn, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}
