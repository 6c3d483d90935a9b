import { Validations } from "aws-cdk-lib";
import type { IModel, IRestApi, Stage } from "aws-cdk-lib/aws-apigateway";
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestValidator,
  ResponseType,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IInterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { rejectionModel } from "./api-models.ts";
import { apiPolicy } from "./api-policy.ts";

export interface VendingApiProps {
  /** The endpoints through which alone it is reached; none makes it regional. */
  readonly endpoints: readonly IInterfaceVpcEndpoint[];
}

type Verb = "GET" | "POST";

interface Route {
  readonly verb: Verb;
  /** `/v1/tokens/conferma/sandbox/{account}` */
  readonly path: string;
  readonly handler: IFunction;
  /** Names of query parameters that the path takes. */
  readonly query?: readonly string[];
  readonly body?: IModel;
}

/** A connection's callers hold its tokens until they end: this is a hundred times what they need. */
const requestsPerSecond = 200;

/** The REST API: every path is asked for under AWS_IAM, and answered by one function. */
export class VendingApi extends Construct {
  readonly rejection: IModel;
  readonly url: string;
  readonly stage: Stage;
  private readonly api: RestApi;
  private readonly queries: RequestValidator;
  private readonly bodies: RequestValidator;

  constructor(scope: Construct, id: string, { endpoints }: VendingApiProps) {
    super(scope, id);
    const log = new LogGroup(this, "AccessLog", { retention: RetentionDays.ONE_YEAR });
    const isPrivate = endpoints.length > 0;
    this.api = new RestApi(this, "Api", {
      description: "Vends the current token of a connection",
      endpointConfiguration: {
        types: [isPrivate ? EndpointType.PRIVATE : EndpointType.REGIONAL],
        ...(isPrivate && { vpcEndpoints: [...endpoints] }),
      },
      policy: apiPolicy(this, endpoints),
      cloudWatchRole: false,
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      deployOptions: {
        stageName: "live",
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: 2 * requestsPerSecond,
        tracingEnabled: true,
        metricsEnabled: true,
        // The execution log would hold answers, and so tokens.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(log),
        accessLogFormat: accessLog,
      },
    });
    this.url = this.api.url;
    this.stage = this.api.deploymentStage;
    this.rejection = this.api.addModel("Rejection", {
      contentType: "application/json",
      schema: rejectionModel,
    });
    this.queries = new RequestValidator(this, "Queries", {
      restApi: this.api as IRestApi,
      validateRequestParameters: true,
    });
    this.bodies = new RequestValidator(this, "Bodies", {
      restApi: this.api as IRestApi,
      validateRequestParameters: true,
      validateRequestBody: true,
    });
    this.answerBadBodies();
    this.acknowledge();
  }

  /** Has a path answered by a function, which may be called for that path alone. */
  route({ verb, path, handler, query = [], body }: Route): void {
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.api.root.resourceForPath(path).addMethod(verb, integration, {
      requestValidator: body ? this.bodies : this.queries,
      requestParameters: Object.fromEntries(
        query.map((name) => [`method.request.querystring.${name}`, false]),
      ),
      ...(body && { requestModels: { "application/json": body } }),
    });
  }

  /** Lets someone send requests of these paths, in which `*` stands for any account. */
  grant(grantee: IGrantable, ...paths: readonly [Verb, string][]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ["execute-api:Invoke"],
      resourceArns: paths.map(([verb, path]) =>
        this.api.arnForExecuteApi(verb, path, this.stage.stageName),
      ),
    });
  }

  private answerBadBodies(): void {
    this.api.addGatewayResponse("BadBody", {
      type: ResponseType.BAD_REQUEST_BODY,
      statusCode: "400",
      responseHeaders: {
        "Content-Type": "'application/problem+json'",
        "Cache-Control": "'no-store'",
      },
      templates: { "application/json": JSON.stringify(badBody) },
    });
  }

  private acknowledge(): void {
    Validations.of(this.stage).acknowledge({
      id: "AwsSolutions::AwsSolutions-APIG3",
      reason:
        "AWS_IAM comes first: a firewall would see signed requests of the account's own roles.",
    });
    Validations.of(this.stage).acknowledge({
      id: "AwsSolutions::AwsSolutions-APIG6",
      reason: "The execution log holds answers, and so tokens; the access log does not.",
    });
  }
}

/** The problem that the code would answer (functions/http/problem.ts). */
const badBody = {
  type: "https://token-vending.example/problems/invalid-request",
  title: "The request is not valid",
  status: 400,
  code: "invalid-request",
  detail:
    "version: must be a whole number of at least 1, in a JSON object with nothing else in it.",
  retryable: false,
};

/** Who asked for what, and how it went: no body, no query, no header. */
const accessLog = AccessLogFormat.custom(
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
