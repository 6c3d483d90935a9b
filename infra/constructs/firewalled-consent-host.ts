import { Fn, Stack, Validations } from "aws-cdk-lib";
import type { Stage } from "aws-cdk-lib/aws-apigateway";
import {
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";
import type { ConsentHost, ConsentHostProps } from "./consent-host.ts";
import {
  accessLogFormat,
  burst,
  callbackPath,
  consentPath,
  requestsPerSecond,
} from "./consent-host.ts";

/** A consent takes about six requests; an office may share one address. The least that WAF accepts is ten. */
const requestsPerAddress = 300;
const windowSeconds = 300;
const stageName = "live";

/** The consent host behind a firewall. It is a REST API, because WAF protects no HTTP API. */
export class FirewalledConsentHost extends Construct implements ConsentHost {
  readonly baseUrl: string;
  readonly stage: Stage;
  private readonly api: RestApi;

  constructor(scope: Construct, id: string, { baseUrl }: ConsentHostProps) {
    super(scope, id);
    const log = new LogGroup(this, "AccessLog", { retention: RetentionDays.ONE_YEAR });
    this.api = new RestApi(this, "Api", {
      description: "Where people consent",
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      cloudWatchRole: false,
      defaultMethodOptions: { authorizationType: AuthorizationType.NONE },
      deployOptions: {
        stageName,
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: burst,
        metricsEnabled: true,
        // A trace and the execution log would contain paths, and so links.
        tracingEnabled: false,
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(log),
        accessLogFormat,
      },
    });
    this.stage = this.api.deploymentStage;
    const { region, urlSuffix } = Stack.of(this);
    // Not from the stage: it depends on the functions, which are told this address.
    const host = Fn.join(".", [this.api.restApiId, "execute-api", region, urlSuffix]);
    this.baseUrl = baseUrl ?? Fn.join("", ["https://", host, "/", stageName]);
    new CfnWebACLAssociation(this, "Protection", {
      resourceArn: this.stage.stageArn,
      webAclArn: firewall(this).attrArn,
    });
    acknowledge(this.api);
  }

  addRealmRoutes(realm: string, pages: IFunction, callbacks: IFunction): void {
    this.addRoute(consentPath(realm), ["GET", "POST"], pages);
    this.addRoute(callbackPath(realm), ["GET"], callbacks);
  }

  private addRoute(path: string, methods: readonly string[], handler: IFunction): void {
    const resource = this.api.root.resourceForPath(path);
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    for (const method of methods) resource.addMethod(method, integration);
  }
}

function firewall(scope: Construct): CfnWebACL {
  // Sampled requests would show paths and queries, and so links and codes, to whoever may open the console.
  const visibility = (metricName: string) => ({
    metricName,
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: false,
  });
  return new CfnWebACL(scope, "Firewall", {
    description: "In front of the consent pages",
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: visibility("consents"),
    rules: [
      {
        name: "one-address",
        priority: 0,
        statement: {
          rateBasedStatement: {
            aggregateKeyType: "IP",
            limit: requestsPerAddress,
            evaluationWindowSec: windowSeconds,
          },
        },
        action: { block: { customResponse: { responseCode: 429 } } },
        visibilityConfig: visibility("consents-one-address"),
      },
      {
        name: "bad-reputation",
        priority: 1,
        statement: {
          managedRuleGroupStatement: {
            vendorName: "AWS",
            name: "AWSManagedRulesAmazonIpReputationList",
          },
        },
        overrideAction: { none: {} },
        visibilityConfig: visibility("consents-bad-reputation"),
      },
    ],
  });
}

function acknowledge(api: RestApi): void {
  const reasons = {
    "AwsSolutions::AwsSolutions-APIG2": "The functions check what they get, and answer with pages.",
    "AwsSolutions::AwsSolutions-APIG4":
      "People have no AWS credentials: a one-time link and a cookie authorize them.",
    "AwsSolutions::AwsSolutions-COG4": "People are no users of a pool: a link authorizes them.",
    "AwsSolutions::AwsSolutions-APIG6": "The execution log would contain paths, and so links.",
    "Serverless::Serverless-APIGWXrayEnabled": "Traces would contain paths, and so links.",
  };
  for (const [id, reason] of Object.entries(reasons))
    Validations.of(api).acknowledge({ id, reason });
}
