import { Validations } from "aws-cdk-lib";
import type { Deployment } from "aws-cdk-lib/aws-apigateway";
import {
  AccessLogField,
  AccessLogFormat,
  LogGroupLogDestination,
  MethodLoggingLevel,
  Stage,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** A connection's callers hold its tokens until they end: this is a hundred times what they need. */
const requestsPerSecond = 200;

/** The one stage of the API: throttled, traced, and logged without what is vended. */
export function createStage(scope: Construct, deployment: Deployment): Stage {
  const log = new LogGroup(scope, "AccessLog", { retention: RetentionDays.ONE_YEAR });
  const stage = new Stage(scope, "Live", {
    deployment,
    stageName: "live",
    throttlingRateLimit: requestsPerSecond,
    throttlingBurstLimit: 2 * requestsPerSecond,
    tracingEnabled: true,
    metricsEnabled: true,
    // The execution log would hold answers, and so tokens.
    loggingLevel: MethodLoggingLevel.OFF,
    dataTraceEnabled: false,
    accessLogDestination: new LogGroupLogDestination(log),
    accessLogFormat: accessLogFormat,
  });
  Validations.of(stage).acknowledge({
    id: "AwsSolutions::AwsSolutions-APIG3",
    reason: "AWS_IAM comes first: a firewall would see signed requests of the account's own roles.",
  });
  Validations.of(stage).acknowledge({
    id: "AwsSolutions::AwsSolutions-APIG6",
    reason: "The execution log would hold answers, and so tokens; the access log does not.",
  });
  return stage;
}

/** Who asked for what, and how it went: no body, no query, no header. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    caller: AccessLogField.contextIdentityUserArn(),
    endpoint: "$context.identity.vpceId",
    method: AccessLogField.contextHttpMethod(),
    path: AccessLogField.contextPath(),
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    error: AccessLogField.contextErrorResponseType(),
    trace: "$context.xrayTraceId",
  }),
);
