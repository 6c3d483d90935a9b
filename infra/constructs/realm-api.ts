import { CfnResource } from "aws-cdk-lib/aws-apigateway";
import { Construct } from "constructs";
import type { ApiRoute, RouteHandler } from "./api-route.ts";
import type { CoreParameters } from "./core-parameters.ts";
import { addRestMethod } from "./rest-method.ts";
import { acknowledgeCallers } from "./vending-api.ts";

interface RealmApiProps {
  /** `provider/environment` */
  readonly realm: string;
  readonly parameters: CoreParameters;
}

/** The paths of one realm in the core's REST API. API Gateway may invoke a function for its own paths only. */
export class RealmApi extends Construct {
  readonly url: string;
  readonly routes: ApiRoute[] = [];
  private readonly restApiId: string;
  private readonly provider: string;
  private readonly environment: string;
  private readonly parameters: CoreParameters;

  constructor(scope: Construct, id: string, { realm, parameters }: RealmApiProps) {
    super(scope, id);
    const [provider = "", environment = ""] = realm.split("/");
    this.provider = provider;
    this.environment = environment;
    this.parameters = parameters;
    this.restApiId = this.read("id");
    this.url = this.read("url");
    acknowledgeCallers(this);
  }

  /** `GET /v1/tokens/<realm>/{account}` and `POST …/rejections`; `POST …/with-link` where people consent. */
  addTokens(handler: RouteHandler, withLinks?: RouteHandler): void {
    const account = this.addAccount("tokens");
    const rejections = this.addPart("tokens rejections", account, "rejections");
    const path = `/v1/tokens/${this.provider}/${this.environment}/{account}`;
    const common = { handler, path, takesRejection: false };
    this.addMethod(account, { ...common, method: "GET", query: ["minValiditySeconds"] });
    const rejecting = { path: `${path}/rejections`, query: [], takesRejection: true };
    this.addMethod(rejections, { ...common, ...rejecting, method: "POST" });
    if (!withLinks) return;
    this.addMethod(this.addPart("tokens with-link", account, "with-link"), {
      ...{ ...common, handler: withLinks, method: "POST", path: `${path}/with-link` },
      query: ["minValiditySeconds"],
    });
  }

  /** `POST /v1/consents/<realm>/{account}`, and `GET …/{id}`, which `progress` answers. */
  addConsents(begin: RouteHandler, progress: RouteHandler): void {
    const account = this.addAccount("consents");
    const id = this.addPart("consents id", account, "{id}");
    const path = `/v1/consents/${this.provider}/${this.environment}/{account}`;
    const common = { query: [], takesRejection: false };
    this.addMethod(account, { ...common, method: "POST", path, handler: begin });
    this.addMethod(id, { ...common, method: "GET", path: `${path}/{id}`, handler: progress });
  }

  private read(what: string): string {
    return this.parameters.read(this, `api/${what}`);
  }

  private addAccount(kind: "tokens" | "consents"): string {
    const node = this.read(`${kind}/${this.provider}`);
    const realm = this.addPart(kind, node, this.environment);
    return this.addPart(`${kind} account`, realm, "{account}");
  }

  private addPart(id: string, parentId: string, pathPart: string): string {
    const { restApiId } = this;
    return new CfnResource(this, id, { restApiId, parentId, pathPart }).ref;
  }

  private addMethod(resourceId: string, route: ApiRoute): void {
    const { query, takesRejection } = route;
    addRestMethod(this, { restApiId: this.restApiId, resourceId }, route, {
      authorizationType: "AWS_IAM",
      requestValidatorId: this.read(takesRejection ? "body-validator" : "query-validator"),
      requestParameters: Object.fromEntries(
        query.map((name) => [`method.request.querystring.${name}`, false]),
      ),
      ...(takesRejection && {
        requestModels: { "application/json": this.read("rejection-model") },
      }),
    });
    this.routes.push(route);
  }
}
