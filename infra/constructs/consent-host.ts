import { Fn, Stack, Validations } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import type { CoreParameters } from "./core-parameters.ts";

export interface ConsentHostProps {
  /** The public address, if it is not API Gateway's own; without a trailing slash. */
  readonly baseUrl: string | undefined;
  readonly parameters: CoreParameters;
}

/**
 * Of each route of each realm, so that junk at one cannot lock people out of the others. A function has at most two
 * routes: what they let through at once is within its reserved concurrency, and junk takes it about 30 ms.
 */
export const requestsPerSecond = 50;
export const burst = 5;

/**
 * The only public part: the realms' consent pages, and the callback addresses that their providers redirect to. The stacks
 * of realms add their routes (realm-consent-routes.ts), and the last stack its stage (consent-stage.ts).
 */
export interface ConsentHost {
  /** Without a trailing slash. */
  readonly baseUrl: string;
}

/** A consent page, at its one-time link. */
export const consentPath = (realm: string) => `/consent/${realm}/{link}`;
export const callbackPath = (realm: string) => `/callback/${realm}`;

/** The consent host without a firewall. */
export class OpenConsentHost extends Construct implements ConsentHost {
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, { baseUrl, parameters }: ConsentHostProps) {
    super(scope, id);
    const api = new HttpApi(this, "Api", {
      description: "Where people consent",
      createDefaultStage: false,
    });
    const { region, urlSuffix } = Stack.of(this);
    this.baseUrl =
      baseUrl ?? Fn.join("", ["https://", api.apiId, ".execute-api.", region, ".", urlSuffix]);
    parameters.publish(this, "consents/id", api.apiId);
    parameters.publish(this, "consents/url", this.baseUrl);
  }
}

export function acknowledgePeople(scope: Construct): void {
  Validations.of(scope).acknowledge({
    id: "AwsSolutions::AwsSolutions-APIG4",
    reason: "People have no AWS credentials: a one-time link and a cookie authorize them.",
  });
}

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
