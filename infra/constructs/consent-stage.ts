import type { CfnStage, IStage } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpApi, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import {
  accessLogFormat,
  burst,
  callbackPath,
  consentPath,
  requestsPerSecond,
} from "./consent-host.ts";
import type { CoreParameters } from "./core-parameters.ts";

export interface ConsentStageProps {
  readonly parameters: CoreParameters;
  /** The realms with routes, which exist when this is deployed: API Gateway refuses limits of a route that does not. */
  readonly realms: readonly string[];
}

/** The stage of the open consent host, which limits each route. */
export class ConsentStage extends Construct {
  readonly stage: IStage;

  constructor(scope: Construct, id: string, { parameters, realms }: ConsentStageProps) {
    super(scope, id);
    const httpApiId = parameters.read(this, "consents/id");
    const log = new LogGroup(this, "AccessLog", { retention: RetentionDays.ONE_YEAR });
    const live = new HttpStage(this, "Live", {
      httpApi: HttpApi.fromHttpApiAttributes(this, "Api", { httpApiId }),
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
    });
    const keys = realms.flatMap((realm) => [
      `GET ${consentPath(realm)}`,
      `POST ${consentPath(realm)}`,
      `GET ${callbackPath(realm)}`,
    ]);
    this.stage = live;
    // CDK's stage has no limits of its own for a route.
    const stage = live.node.defaultChild as CfnStage;
    stage.routeSettings = Object.fromEntries(keys.map((key) => [key, throttling]));
  }
}

/** As CloudFormation has it. */
const throttling = { ThrottlingRateLimit: requestsPerSecond, ThrottlingBurstLimit: burst };
