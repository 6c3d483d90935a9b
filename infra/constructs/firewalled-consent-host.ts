import { Fn, Stack, Validations } from "aws-cdk-lib";
import { CfnResource, CfnRestApi } from "aws-cdk-lib/aws-apigateway";
import { Construct } from "constructs";
import { apiStageName } from "./api-route.ts";
import type { ConsentHost, ConsentHostProps } from "./consent-host.ts";
import type { CoreParameters } from "./core-parameters.ts";

const properties = {
  name: "Consents",
  description: "Where people consent",
  endpointConfiguration: { types: ["REGIONAL"] },
};

/**
 * The consent host behind a firewall. It is a REST API, because WAF protects no HTTP API. Its methods are in the stacks of
 * realms: CDK's own construct would miss them here.
 */
export class FirewalledConsentHost extends Construct implements ConsentHost {
  readonly baseUrl: string;
  /** What a deployment of the host contains besides the routes of realms. */
  readonly contents = properties;
  private readonly api: CfnRestApi;
  private readonly parameters: CoreParameters;

  constructor(scope: Construct, id: string, { baseUrl, parameters }: ConsentHostProps) {
    super(scope, id);
    this.parameters = parameters;
    this.api = new CfnRestApi(this, "Api", properties);
    const { region, urlSuffix } = Stack.of(this);
    const host = Fn.join(".", [this.api.ref, "execute-api", region, urlSuffix]);
    this.baseUrl = baseUrl ?? Fn.join("", ["https://", host, "/", apiStageName]);
    parameters.publish(this, "consents/id", this.api.ref);
    parameters.publish(this, "consents/url", this.baseUrl);
    Validations.of(this.api).acknowledge({
      id: "AwsSolutions::AwsSolutions-APIG2",
      reason: "The functions check what they get, and answer with pages.",
    });
  }

  /** Creates the paths below which the stacks of these providers' realms add theirs. */
  addNodes(providers: readonly string[]): void {
    for (const kind of ["consent", "callback"]) {
      const page = this.addPart(this.api.attrRootResourceId, kind, kind);
      for (const provider of providers) {
        const resourceId = this.addPart(page, `${kind} ${provider}`, provider);
        this.parameters.publish(this, `consents/${kind}/${provider}`, resourceId);
      }
    }
  }

  private addPart(parentId: string, id: string, pathPart: string): string {
    return new CfnResource(this, id, { restApiId: this.api.ref, parentId, pathPart }).ref;
  }
}
