import { randomUUID } from "node:crypto";
import { LOCAL_LOCATION } from "../arns.ts";
import { functionArn } from "../lambda/lambda-function.ts";
import type { DeployedResource, DeployedStack } from "../template/template.ts";
import type { LogStore } from "./log-store.ts";

/** CloudTrail delivers to a log group after minutes; here after this. */
const deliveryMs = 1000;

export interface TrailedCall {
  readonly functionName: string;
  readonly requestId: string;
  /** The ARN of the caller; or the service that invoked the function, like `apigateway.amazonaws.com`. */
  readonly invoker: { readonly arn: string } | { readonly service: string };
}

/** Records invocations as CloudTrail's data events, in the log group of each trail of the template that selects them. */
export function openTrail(
  deployed: Pick<DeployedStack, "resourcesOf">,
  logs: Pick<LogStore, "put" | "createGroup">,
): (invocation: TrailedCall) => void {
  const trails = deployed.resourcesOf("AWS::CloudTrail::Trail").map(readTrail);
  for (const { group } of trails) logs.createGroup(group);
  return (invocation) => {
    const arn = functionArn(LOCAL_LOCATION, invocation.functionName);
    for (const { group, selects } of trails) {
      if (!selects(arn)) continue;
      const { accountId, region } = LOCAL_LOCATION;
      const stream = `${accountId}_CloudTrail_${region}`;
      logs.put(group, stream, JSON.stringify(dataEvent(arn, invocation)), deliveryMs);
    }
  };
}

interface FieldSelector {
  readonly Field: string;
  readonly Equals?: readonly string[];
  readonly StartsWith?: readonly string[];
  readonly NotEndsWith?: readonly string[];
}

function readTrail({ properties, logicalId }: DeployedResource) {
  const { CloudWatchLogsLogGroupArn, AdvancedEventSelectors, IsLogging } = properties;
  const [, group] = /:log-group:(.+):\*$/.exec(String(CloudWatchLogsLogGroupArn)) ?? [];
  if (group === undefined || !Array.isArray(AdvancedEventSelectors) || IsLogging !== true) {
    throw new Error(`${logicalId}: a trail needs a log group and advanced event selectors.`);
  }
  const selectors = AdvancedEventSelectors.map(
    ({ FieldSelectors }) => FieldSelectors as readonly FieldSelector[],
  );
  return {
    group,
    selects: (arn: string) => selectors.some((fields) => fields.every(matching(arn))),
  };
}

/** Of an invocation's event. Throws for a field or an operator that is not implemented. */
function matching(arn: string): (selector: FieldSelector) => boolean {
  const values: Readonly<Record<string, string>> = {
    eventCategory: "Data",
    "resources.type": "AWS::Lambda::Function",
    "resources.ARN": arn,
  };
  return ({ Field, Equals, StartsWith, NotEndsWith, ...others }) => {
    const value = values[Field];
    const [operator] = Object.keys(others);
    if (value === undefined || operator !== undefined) {
      throw new Error(`A trail's selector ${Field} ${operator ?? ""} is not implemented.`);
    }
    const isEqual = Equals?.includes(value) ?? true;
    const isBegun = StartsWith?.some((start) => value.startsWith(start)) ?? true;
    return isEqual && isBegun && !NotEndsWith?.some((end) => value.endsWith(end));
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html */
function dataEvent(arn: string, { requestId, invoker }: TrailedCall): object {
  const { accountId, region } = LOCAL_LOCATION;
  return {
    eventVersion: "1.11",
    userIdentity:
      "service" in invoker
        ? { type: "AWSService", invokedBy: invoker.service }
        : {
            type: invoker.arn.includes(":assumed-role/") ? "AssumedRole" : "IAMUser",
            arn: invoker.arn,
            accountId,
          },
    // Whole seconds, as at AWS.
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    eventSource: "lambda.amazonaws.com",
    eventName: "Invoke",
    awsRegion: region,
    requestParameters: { functionName: arn },
    responseElements: null,
    additionalEventData: { functionVersion: `${arn}:$LATEST` },
    requestID: requestId,
    eventID: randomUUID(),
    readOnly: false,
    resources: [{ accountId, type: "AWS::Lambda::Function", ARN: arn }],
    eventType: "AwsApiCall",
    managementEvent: false,
    recipientAccountId: accountId,
    eventCategory: "Data",
  };
}
