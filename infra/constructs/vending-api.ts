import { Validations } from "aws-cdk-lib";
import type { IModel, IRestApi, Stage } from "aws-cdk-lib/aws-apigateway";
import {
  AuthorizationType,
  Deployment,
  EndpointType,
  LambdaIntegration,
  RequestValidator,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IInterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

import { apiResourcePolicy } from "./api-policy.ts";
import { createStage } from "./api-stage.ts";
import { invalidBodyResponse, rejectionSchema } from "./rejection-body.ts";

export interface VendingApiProps {
  /** The VPC endpoints of a private API; none makes it regional. */
  readonly endpoints: readonly IInterfaceVpcEndpoint[];
}

type ApiMethod = "GET" | "POST";

interface ApiRoute {
  readonly method: ApiMethod;
  /** `/v1/tokens/conferma/sandbox/{account}` */
  readonly path: string;
  readonly handler: IFunction;
  /** Names of the query parameters. */
  readonly query?: readonly string[];
  readonly body?: IModel;
}

/** The REST API: every path needs AWS_IAM and is answered by one function. */
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
      reason: "Callers are the account's own roles, which AWS_IAM authenticates.",
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

  /** Adds a path and lets API Gateway invoke the function for that path only. */
  addRoute({ method, path, handler, query = [], body }: ApiRoute): void {
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.api.root.resourceForPath(path).addMethod(method, integration, {
      requestValidator: body ? this.bodyValidator : this.queryValidator,
      requestParameters: Object.fromEntries(
        query.map((name) => [`method.request.querystring.${name}`, false]),
      ),
      ...(body && { requestModels: { "application/json": body } }),
    });
    // A REST API changes only when it is deployed: a changed route needs a new deployment.
    this.deployment.addToLogicalId([method, path, query, Boolean(body), handler.functionArn]);
  }

  /** Grants requests to these paths, in which `*` stands for any account. */
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
