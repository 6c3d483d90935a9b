import type { AwsLocation } from "../arns.ts";
import { arn, secretArn } from "../arns.ts";

/** The return values of a resource type: `Ref` and `Fn::GetAtt`. */
export interface ResourceKind {
  /** The property that contains the explicit name. */
  readonly nameProperty?: string;
  ref(location: AwsLocation, name: string): string;
  arn?(location: AwsLocation, name: string): string;
  /** The name, where it is not one property. */
  composeName?(property: (name: string) => string): string;
  /** Attributes other than the ARN. */
  readonly attributes?: Readonly<Record<string, (name: string, location: AwsLocation) => string>>;
}

const useName = (_location: AwsLocation, name: string) => name;

/** The resource `/` of a REST API. */
const rootOf = (apiName: string) => `${apiName}/`;

const byName = (
  nameProperty: string,
  service: string,
  resource: (name: string) => string,
): ResourceKind => ({
  nameProperty,
  ref: useName,
  arn: (location, name) => arn(location, service, resource(name)),
});

const table: ResourceKind = {
  ...byName("TableName", "dynamodb", (name) => `table/${name}`),
  // No stream is emulated.
  attributes: {
    StreamArn: (name, location) =>
      arn(location, "dynamodb", `table/${name}/stream/2026-01-01T00:00:00.000`),
  },
};

const KINDS: Readonly<Record<string, ResourceKind>> = {
  "AWS::DynamoDB::Table": table,
  "AWS::DynamoDB::GlobalTable": table,
  "AWS::Lambda::Function": byName("FunctionName", "lambda", (name) => `function:${name}`),
  "AWS::Lambda::Version": {
    ref: (location, name) => arn(location, "lambda", `function:${name}`),
    composeName: (property) => `${property("FunctionName")}:1`,
    attributes: { Version: () => "1" },
  },
  "AWS::Lambda::Alias": {
    ref: (location, name) => arn(location, "lambda", `function:${name}`),
    composeName: (property) => `${property("FunctionName")}:${property("Name")}`,
  },
  "AWS::Logs::LogGroup": byName("LogGroupName", "logs", (name) => `log-group:${name}:*`),
  "AWS::KMS::Key": byName("", "kms", (name) => `key/${name}`),
  "AWS::Scheduler::ScheduleGroup": byName("Name", "scheduler", (name) => `schedule-group/${name}`),
  "AWS::Events::EventBus": byName("Name", "events", (name) => `event-bus/${name}`),
  "AWS::IAM::Role": {
    ...byName("RoleName", "iam", (name) => name),
    arn: ({ partition, accountId }, name) => `arn:${partition}:iam::${accountId}:role/${name}`,
  },
  "AWS::SecretsManager::Secret": { nameProperty: "Name", ref: secretArn },
  "AWS::S3::Bucket": {
    ...byName("BucketName", "s3", (name) => name),
    arn: ({ partition }, name) => `arn:${partition}:s3:::${name}`,
  },
  "AWS::SNS::Topic": {
    ...byName("TopicName", "sns", (name) => name),
    ref: (location, name) => arn(location, "sns", name),
  },
  "AWS::SQS::Queue": {
    ...byName("QueueName", "sqs", (name) => name),
    ref: ({ region, accountId }, name) =>
      `https://sqs.${region}.amazonaws.com/${accountId}/${name}`,
  },
  "AWS::ApiGateway::RestApi": { ref: useName, attributes: { RootResourceId: rootOf } },
  "AWS::ApiGateway::Resource": { ref: useName },
  "AWS::ApiGateway::Deployment": { ref: useName },
  "AWS::ApiGateway::Model": { ref: useName },
  "AWS::ApiGateway::RequestValidator": { ref: useName },
  "AWS::ApiGatewayV2::Api": { ref: useName },
  "AWS::ApiGatewayV2::Integration": { ref: useName },
  "AWS::ApiGatewayV2::DomainName": {
    nameProperty: "DomainName",
    ref: useName,
    attributes: {
      RegionalDomainName: (name) => `${name}.regional.invalid`,
      RegionalHostedZoneId: () => "ZLOCAL",
    },
  },
  "AWS::EC2::VPCEndpoint": { ref: useName },
  "AWS::ApiGateway::Stage": { nameProperty: "StageName", ref: useName },
};

export function kindOf(type: string): ResourceKind | undefined {
  return KINDS[type];
}
