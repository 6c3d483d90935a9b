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
import { rejectionSchema } from "./api-models.ts";
import { apiResourcePolicy } from "./api-policy.ts";
import { createStage } from "./api-stage.ts";

export interface VendingApiProps {
  /** The endpoints through which alone it is reached; none makes it regional. */
  readonly endpoints: readonly IInterfaceVpcEndpoint[];
}

type ApiMethod = "GET" | "POST";

interface ApiRoute {
  readonly method: ApiMethod;
  /** `/v1/tokens/conferma/sandbox/{account}` */
  readonly path: string;
  readonly handler: IFunction;
  /** Names of query parameters that the path takes. */
  readonly query?: readonly string[];
  readonly body?: IModel;
}

/** The REST API: every path is asked for under AWS_IAM, and answered by one function. */
export class VendingApi extends Construct {
  readonly rejectionModel: IModel;
  readonly url: string;
  readonly stage: Stage;
  private readonly api: RestApi;
  private readonly deployment: Deployment;
  private readonly queryValidator: RequestValidator;
  private readonly bodyValidator: RequestValidator;

  constructor(scope: Construct, id: string, { endpoints }: VendingApiProps) {
    super(scope, id);
    const isPrivate = endpoints.length > 0;
    this.api = new RestApi(this, "Api", {
      description: "Vends the current token of a connection",
      endpointConfiguration: {
        types: [isPrivate ? EndpointType.PRIVATE : EndpointType.REGIONAL],
        ...(isPrivate && { vpcEndpoints: [...endpoints] }),
      },
      policy: apiResourcePolicy(this, endpoints),
      cloudWatchRole: false,
      deploy: false,
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
    });
    Validations.of(this.api).acknowledge({
      id: "AwsSolutions::AwsSolutions-COG4",
      reason: "Callers are the account's own roles, and AWS_IAM knows them.",
    });
    const restApi = this.api as IRestApi;
    this.rejectionModel = this.api.addModel("Rejection", {
      contentType: "application/json",
      schema: rejectionSchema,
    });
    this.queryValidator = new RequestValidator(this, "Queries", {
      restApi,
      validateRequestParameters: true,
    });
    this.bodyValidator = new RequestValidator(this, "Bodies", {
      restApi,
      validateRequestParameters: true,
      validateRequestBody: true,
    });
    const invalidBody = this.api.addGatewayResponse("BadBody", invalidBodyResponse);
    this.deployment = new Deployment(this, "Deployment", { api: restApi });
    this.deployment.node.addDependency(invalidBody, this.rejectionModel);
    this.deployment.addToLogicalId([invalidBodyResponse.templates, rejectionSchema]);
    this.stage = createStage(this, this.deployment);
    this.api.deploymentStage = this.stage;
    this.url = this.stage.urlForPath();
  }

  /** Has a path answered by a function, which may be called for that path alone. */
  addRoute({ method, path, handler, query = [], body }: ApiRoute): void {
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.api.root.resourceForPath(path).addMethod(method, integration, {
      requestValidator: body ? this.bodyValidator : this.queryValidator,
      requestParameters: Object.fromEntries(
        query.map((name) => [`method.request.querystring.${name}`, false]),
      ),
      ...(body && { requestModels: { "application/json": body } }),
    });
    // What is called is deployed: a change of it is another deployment.
    this.deployment.addToLogicalId([method, path, query, Boolean(body), handler.functionArn]);
  }

  /** Lets someone send requests of these paths, in which `*` stands for any account. */
  grant(grantee: IGrantable, ...paths: readonly [ApiMethod, string][]): Grant {
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
const invalidBodyProblem = {
  type: "https://token-vending.example/problems/invalid-request",
  title: "The request is not valid",
  status: 400,
  code: "invalid-request",
  detail:
    "version: must be a whole number of at least 1, in a JSON object with nothing else in it.",
  retryable: false,
};

const invalidBodyResponse = {
  type: ResponseType.BAD_REQUEST_BODY,
  statusCode: "400",
  responseHeaders: {
    "Content-Type": "'application/problem+json'",
    "Cache-Control": "'no-store'",
  },
  templates: { "application/json": JSON.stringify(invalidBodyProblem) },
};
