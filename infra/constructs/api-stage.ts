import { Validations } from "aws-cdk-lib";
import {
  AccessLogField,
  AccessLogFormat,
  Deployment,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  Stage,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { apiStageName } from "./api-route.ts";
import type { CoreParameters } from "./core-parameters.ts";

/** A hundred times what is needed: callers cache a token until it expires. */
const requestsPerSecond = 200;

interface ApiStageProps {
  readonly parameters: CoreParameters;
  /** All that is deployed: when it changes, so does the API's deployment. */
  readonly contents: readonly unknown[];
}

/** The API's only stage: throttled and traced, with an access log that contains no token. */
export class ApiStage extends Construct {
  constructor(scope: Construct, id: string, { parameters, contents }: ApiStageProps) {
    super(scope, id);
    const api = RestApi.fromRestApiId(this, "Api", parameters.read(this, "api/id"));
    const deployment = new Deployment(this, "Deployment", { api });
    // A REST API changes only when it is deployed: what is changed needs a new deployment.
    deployment.addToLogicalId(contents);
    const log = new LogGroup(this, "AccessLog", { retention: RetentionDays.ONE_YEAR });
    const stage = new Stage(this, "Live", {
      deployment,
      stageName: apiStageName,
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
  }
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
