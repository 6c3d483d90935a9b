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

/** A hundred times what is needed: callers cache a token until it expires. */
const requestsPerSecond = 200;

/** The API's only stage: throttled and traced, with an access log that contains no token. */
export function createStage(scope: Construct, deployment: Deployment): Stage {
  const log = new LogGroup(scope, "AccessLog", { retention: RetentionDays.ONE_YEAR });
  const stage = new Stage(scope, "Live", {
    deployment,
    stageName: "live",
    throttlingRateLimit: requestsPerSecond,
    throttlingBurstLimit: 2 * requestsPerSecond,
    tracingEnabled: true,
    metricsEnabled: true,
    // The execution log would contain response bodies, and so tokens.
    loggingLevel: MethodLoggingLevel.OFF,
    dataTraceEnabled: false,
    accessLogDestination: new LogGroupLogDestination(log),
    accessLogFormat,
  });
  Validations.of(stage).acknowledge({
    id: "AwsSolutions::AwsSolutions-APIG3",
    reason:
      "Every request needs AWS_IAM: a firewall would see only signed requests of the account's own roles.",
  });
  Validations.of(stage).acknowledge({
    id: "AwsSolutions::AwsSolutions-APIG6",
    reason:
      "The execution log would contain response bodies, and so tokens; the access log does not.",
  });
  return stage;
}

/** Who requested what, and with which result: no body, no query, no header. */
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
