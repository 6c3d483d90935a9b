import { Fn, Stack, Validations } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

interface ConsentHostProps {
  /** The public address, if it is not API Gateway's own; without a trailing slash. */
  readonly baseUrl: string | undefined;
}

/** Enough for a company's browsers, too few for guessing links. */
const requestsPerSecond = 20;

/** The only public part: a realm's consent page, and the callback address that its provider redirects to. */
export class ConsentHost extends Construct {
  readonly baseUrl: string;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, { baseUrl }: ConsentHostProps) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", {
      description: "Where people consent",
      createDefaultStage: false,
    });
    const log = new LogGroup(this, "AccessLog", { retention: RetentionDays.ONE_YEAR });
    new HttpStage(this, "Live", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: 2 * requestsPerSecond },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
    });
    const { region, urlSuffix } = Stack.of(this);
    const ownUrl = Fn.join("", [
      "https://",
      this.api.apiId,
      ".execute-api.",
      region,
      ".",
      urlSuffix,
    ]);
    this.baseUrl = baseUrl ?? ownUrl;
    Validations.of(this.api).acknowledge({
      id: "AwsSolutions::AwsSolutions-APIG4",
      reason: "People have no AWS credentials: a one-time link and a cookie authorize them.",
    });
  }

  /** Adds the consent page, at its one-time link, and the callback of one realm. */
  addRealmRoutes(realm: string, pages: IFunction, callbacks: IFunction): void {
    this.api.addRoutes({
      path: `/consent/${realm}/{link}`,
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration("Pages", pages),
    });
    this.api.addRoutes({
      path: `/callback/${realm}`,
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration("Callbacks", callbacks),
    });
  }
}

/** Logs the route, never the path or the query: a path contains the link, a callback's query the code. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    route: "$context.routeKey",
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    error: "$context.error.responseType",
  }),
);
