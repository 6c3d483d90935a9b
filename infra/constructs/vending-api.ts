import { Stack, Validations } from "aws-cdk-lib";
import type { CfnRestApi, IRestApi } from "aws-cdk-lib/aws-apigateway";
import {
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  RequestValidator,
  RestApi,
  Stage,
} from "aws-cdk-lib/aws-apigateway";
import type { IInterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { grantInAccount } from "./account-grants.ts";
import { apiResourcePolicy } from "./api-policy.ts";
import type { ApiMethod, ApiRoute } from "./api-route.ts";
import { apiStageName, describeRoute } from "./api-route.ts";
import type { CoreParameters } from "./core-parameters.ts";
import { noSuchPathResponse } from "./no-such-path.ts";
import { invalidBodyResponse, rejectionSchema } from "./rejection-body.ts";

export interface VendingApiProps {
  /** The VPC endpoints of a private API; none makes it regional. */
  readonly endpoints: readonly IInterfaceVpcEndpoint[];
  readonly parameters: CoreParameters;
}

/**
 * The REST API without the paths of realms, which their stacks add below the nodes that are created here. Every path needs
 * AWS_IAM. Nothing is served before the API is deployed to its stage (api-stage.ts).
 */
export class VendingApi extends Construct {
  /** As its metrics have it. */
  readonly name: string;
  /** With a slash at its end. */
  readonly url: string;
  private readonly api: RestApi;
  private readonly queryValidator: RequestValidator;
  private readonly parameters: CoreParameters;
  private readonly routes: ApiRoute[] = [];

  constructor(scope: Construct, id: string, { endpoints, parameters }: VendingApiProps) {
    super(scope, id);
    this.parameters = parameters;
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
    this.name = this.api.restApiName;
    acknowledgeCallers(this.api);
    const restApi = this.api as IRestApi;
    const stageName = apiStageName;
    // For the ARNs of its methods: the stage itself is deployed after the realms.
    this.api.deploymentStage = Stage.fromStageAttributes(this, "Stage", {
      ...{ restApi, stageName },
    }) as Stage;
    const rejection = this.api.addModel("Rejection", {
      contentType: "application/json",
      schema: rejectionSchema,
    });
    this.queryValidator = new RequestValidator(this, "Queries", {
      restApi,
      validateRequestParameters: true,
    });
    const bodyValidator = new RequestValidator(this, "Bodies", {
      restApi,
      validateRequestParameters: true,
      validateRequestBody: true,
    });
    this.api.addGatewayResponse("BadBody", invalidBodyResponse);
    this.api.addGatewayResponse("NoSuchPath", noSuchPathResponse);
    const { region, urlSuffix } = Stack.of(this);
    this.url = `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}/`;
    const published = {
      id: this.api.restApiId,
      url: this.url,
      "query-validator": this.queryValidator.requestValidatorId,
      "body-validator": bodyValidator.requestValidatorId,
      "rejection-model": rejection.modelId,
    };
    for (const [what, value] of Object.entries(published)) {
      parameters.publish(this, `api/${what}`, value);
    }
  }

  /** Creates a path below which the stacks of realms add theirs: `tokens/conferma`. */
  addNode(path: string): void {
    const { resourceId } = this.api.root.resourceForPath(`/v1/${path}`);
    this.parameters.publish(this, `api/${path}`, resourceId);
  }

  /** Adds a path that belongs to no realm, and lets API Gateway invoke the function for that path only. */
  addRoute(route: ApiRoute & { readonly handler: IFunction }): void {
    const { method, path, handler, query } = route;
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    this.api.root.resourceForPath(path).addMethod(method, integration, {
      requestValidator: this.queryValidator,
      requestParameters: Object.fromEntries(
        query.map((name) => [`method.request.querystring.${name}`, false]),
      ),
    });
    this.routes.push(route);
  }

  /** What a deployment of the API contains besides the paths of realms. */
  describe(): readonly unknown[] {
    // What CDK itself makes a new deployment for.
    const template: unknown = (this.api.node.defaultChild as CfnRestApi)._toCloudFormation();
    const api = Stack.of(this).resolve(template);
    return [
      JSON.stringify(api),
      invalidBodyResponse.templates,
      noSuchPathResponse.templates,
      rejectionSchema,
      this.routes.map(describeRoute),
    ];
  }

  /** Grants requests to these paths, in which `*` stands for any account. Throws as `grantInAccount` does. */
  grant(grantee: IGrantable, ...paths: readonly (readonly [ApiMethod, string])[]): Grant {
    const arns = paths.map(([verb, path]) => this.api.arnForExecuteApi(verb, path, apiStageName));
    return grantInAccount(grantee, this, ["execute-api:Invoke"], arns);
  }
}

export function acknowledgeCallers(scope: Construct): void {
  Validations.of(scope).acknowledge({
    id: "AwsSolutions::AwsSolutions-COG4",
    reason: "Callers are the account's own roles, which AWS_IAM authenticates.",
  });
}
