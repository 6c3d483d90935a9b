import { Fn, Lazy, Stack, Validations } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import type { CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
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

export interface ConsentHostProps {
  /** The public address, if it is not API Gateway's own; without a trailing slash. */
  readonly baseUrl: string | undefined;
}

/**
 * Of each route of each realm, so that junk at one cannot lock people out of the others. A function has at most two
 * routes: what they let through at once is within its reserved concurrency, and junk takes it about 30 ms.
 */
export const requestsPerSecond = 50;
export const burst = 5;
export const reservedConcurrency = 10;

/** The only public part: a realm's consent page, and the callback address that its provider redirects to. */
export interface ConsentHost {
  readonly baseUrl: string;
  /** Adds the consent page, at its one-time link, and the callback of one realm. */
  addRealmRoutes(realm: string, pages: IFunction, callbacks: IFunction): void;
}

export const consentPath = (realm: string) => `/consent/${realm}/{link}`;
export const callbackPath = (realm: string) => `/callback/${realm}`;

/** The consent host without a firewall. */
export class OpenConsentHost extends Construct implements ConsentHost {
  readonly baseUrl: string;
  private readonly stage: HttpStage;
  private readonly api: HttpApi;
  private readonly throttled: Record<string, typeof throttling> = {};

  constructor(scope: Construct, id: string, { baseUrl }: ConsentHostProps) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", {
      description: "Where people consent",
      createDefaultStage: false,
    });
    const log = new LogGroup(this, "AccessLog", { retention: RetentionDays.ONE_YEAR });
    this.stage = new HttpStage(this, "Live", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
    });
    const stage = this.stage.node.defaultChild as CfnStage;
    // CDK's stage has no limits of its own for a route.
    stage.routeSettings = Lazy.any({ produce: () => this.throttled });
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

  addRealmRoutes(realm: string, pages: IFunction, callbacks: IFunction): void {
    const routes = [
      ...this.api.addRoutes({
        path: consentPath(realm),
        methods: [HttpMethod.GET, HttpMethod.POST],
        integration: new HttpLambdaIntegration("Pages", pages),
      }),
      ...this.api.addRoutes({
        path: callbackPath(realm),
        methods: [HttpMethod.GET],
        integration: new HttpLambdaIntegration("Callbacks", callbacks),
      }),
    ];
    const keys = [
      `GET ${consentPath(realm)}`,
      `POST ${consentPath(realm)}`,
      `GET ${callbackPath(realm)}`,
    ];
    for (const key of keys) this.throttled[key] = throttling;
    // API Gateway refuses limits of a route that does not exist yet.
    this.stage.node.addDependency(...routes);
  }
}

/** As CloudFormation has it. */
const throttling = { ThrottlingRateLimit: requestsPerSecond, ThrottlingBurstLimit: burst };

/** Logs the route, never the path or the query: a path contains the link, a callback's query the code. */
export const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    route: "$context.routeKey",
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    error: "$context.error.responseType",
  }),
);
