import type { AwsLocation } from "../arns.ts";
import { arn, secretArn } from "../arns.ts";

/** What CloudFormation knows of a kind of resource once it is created. */
export interface ResourceKind {
  /** The property that holds a name given explicitly. */
  readonly nameProperty?: string;
  ref(place: AwsLocation, name: string): string;
  arn?(place: AwsLocation, name: string): string;
  /** `Fn::GetAtt` of anything but the ARN. */
  readonly attributes?: Readonly<Record<string, (name: string) => string>>;
}

const useName = (_place: AwsLocation, name: string) => name;

/** The resource `/` of a REST API. */
const rootOf = (apiName: string) => `${apiName}/`;

const byName = (
  nameProperty: string,
  service: string,
  resource: (name: string) => string,
): ResourceKind => ({
  nameProperty,
  ref: useName,
  arn: (place, name) => arn(place, service, resource(name)),
});

const table = byName("TableName", "dynamodb", (name) => `table/${name}`);

const KINDS: Readonly<Record<string, ResourceKind>> = {
  "AWS::DynamoDB::Table": table,
  "AWS::DynamoDB::GlobalTable": table,
  "AWS::Lambda::Function": byName("FunctionName", "lambda", (name) => `function:${name}`),
  "AWS::Logs::LogGroup": byName("LogGroupName", "logs", (name) => `log-group:${name}:*`),
  "AWS::KMS::Key": byName("", "kms", (name) => `key/${name}`),
  "AWS::Scheduler::ScheduleGroup": byName("Name", "scheduler", (name) => `schedule-group/${name}`),
  "AWS::Events::EventBus": byName("Name", "events", (name) => `event-bus/${name}`),
  "AWS::IAM::Role": {
    ...byName("RoleName", "iam", (name) => name),
    arn: ({ partition, accountId }, name) => `arn:${partition}:iam::${accountId}:role/${name}`,
  },
  "AWS::SecretsManager::Secret": { nameProperty: "Name", ref: secretArn },
  "AWS::SNS::Topic": {
    ...byName("TopicName", "sns", (name) => name),
    ref: (place, name) => arn(place, "sns", name),
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
  "AWS::EC2::VPCEndpoint": { ref: useName },
  "AWS::ApiGateway::Stage": { nameProperty: "StageName", ref: useName },
};

export function kindOf(type: string): ResourceKind | undefined {
  return KINDS[type];
}
