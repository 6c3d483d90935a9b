import { Validations } from "aws-cdk-lib";
import type { IStage } from "aws-cdk-lib/aws-apigateway";
import {
  Deployment,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  Stage,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";
import { apiStageName } from "./api-route.ts";
import { accessLogFormat, burst, requestsPerSecond } from "./consent-host.ts";
import type { ConsentStageProps } from "./consent-stage.ts";

/** A consent takes about six requests; an office may share one address. The least that WAF accepts is ten. */
const requestsPerAddress = 300;
const windowSeconds = 300;

interface FirewalledStageProps extends ConsentStageProps {
  /** All that is deployed besides the routes of these realms. */
  readonly contents: unknown;
}

/** The stage of the firewalled consent host, and the firewall. */
export class FirewalledConsentStage extends Construct {
  readonly stage: IStage;

  constructor(scope: Construct, id: string, props: FirewalledStageProps) {
    super(scope, id);
    const { parameters, realms, contents } = props;
    const api = RestApi.fromRestApiId(this, "Api", parameters.read(this, "consents/id"));
    const deployment = new Deployment(this, "Deployment", { api });
    deployment.addToLogicalId([contents, realms]);
    const log = new LogGroup(this, "AccessLog", { retention: RetentionDays.ONE_YEAR });
    const stage = new Stage(this, "Live", {
      deployment,
      stageName: apiStageName,
      throttlingRateLimit: requestsPerSecond,
      throttlingBurstLimit: burst,
      metricsEnabled: true,
      // A trace and the execution log would contain paths, and so links.
      tracingEnabled: false,
      loggingLevel: MethodLoggingLevel.OFF,
      dataTraceEnabled: false,
      accessLogDestination: new LogGroupLogDestination(log),
      accessLogFormat,
    });
    this.stage = stage;
    new CfnWebACLAssociation(this, "Protection", {
      resourceArn: stage.stageArn,
      webAclArn: firewall(this).attrArn,
    });
    acknowledge(stage);
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

function acknowledge(stage: Stage): void {
  const reasons = {
    "AwsSolutions::AwsSolutions-APIG6": "The execution log would contain paths, and so links.",
    "Serverless::Serverless-APIGWXrayEnabled": "Traces would contain paths, and so links.",
  };
  for (const [id, reason] of Object.entries(reasons)) {
    Validations.of(stage).acknowledge({ id, reason });
  }
}
