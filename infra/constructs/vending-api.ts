import { Validations } from "aws-cdk-lib";
import type { IModel, IRestApi, Stage } from "aws-cdk-lib/aws-apigateway";
import {
  AuthorizationType,
  Deployment,
  EndpointType,
  LambdaIntegration,
  RequestValidator,
  ResponseType,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IInterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { rejectionModel } from "./api-models.ts";
import { apiPolicy } from "./api-policy.ts";
import { liveStage } from "./api-stage.ts";

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

/** The REST API: every path is asked for under AWS_IAM, and answered by one function. */
export class VendingApi extends Construct {
  readonly rejection: IModel;
  readonly url: string;
  readonly stage: Stage;
  private readonly api: RestApi;
  private readonly deployment: Deployment;
  private readonly queries: RequestValidator;
  private readonly bodies: RequestValidator;

  constructor(scope: Construct, id: string, { endpoints }: VendingApiProps) {
    super(scope, id);
    const isPrivate = endpoints.length > 0;
    this.api = new RestApi(this, "Api", {
      description: "Vends the current token of a connection",
      endpointConfiguration: {
        types: [isPrivate ? EndpointType.PRIVATE : EndpointType.REGIONAL],
        ...(isPrivate && { vpcEndpoints: [...endpoints] }),
      },
      policy: apiPolicy(this, endpoints),
      cloudWatchRole: false,
      deploy: false,
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
    });
    Validations.of(this.api).acknowledge({
      id: "AwsSolutions::AwsSolutions-COG4",
      reason: "Callers are the account's own roles, and AWS_IAM knows them.",
    });
    const restApi = this.api as IRestApi;
    this.rejection = this.api.addModel("Rejection", {
      contentType: "application/json",
      schema: rejectionModel,
    });
    this.queries = new RequestValidator(this, "Queries", {
      restApi,
      validateRequestParameters: true,
    });
    this.bodies = new RequestValidator(this, "Bodies", {
      restApi,
      validateRequestParameters: true,
      validateRequestBody: true,
    });
    const badBodies = this.api.addGatewayResponse("BadBody", badBodyResponse);
    this.deployment = new Deployment(this, "Deployment", { api: restApi });
    this.deployment.node.addDependency(badBodies, this.rejection);
    this.deployment.addToLogicalId([badBodyResponse.templates, rejectionModel]);
    this.stage = liveStage(this, this.deployment);
    this.api.deploymentStage = this.stage;
    this.url = this.stage.urlForPath();
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
    // What is called is deployed: a change of it is another deployment.
    this.deployment.addToLogicalId([verb, path, query, Boolean(body), handler.functionArn]);
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

const badBodyResponse = {
  type: ResponseType.BAD_REQUEST_BODY,
  statusCode: "400",
  responseHeaders: {
    "Content-Type": "'application/problem+json'",
    "Cache-Control": "'no-store'",
  },
  templates: { "application/json": JSON.stringify(badBody) },
};
