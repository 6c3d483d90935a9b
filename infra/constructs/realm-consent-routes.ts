import { Validations } from "aws-cdk-lib";
import { CfnResource } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { ApiMethod } from "./api-route.ts";
import { acknowledgePeople, callbackPath, consentPath } from "./consent-host.ts";
import type { CoreParameters } from "./core-parameters.ts";
import { addRestMethod } from "./rest-method.ts";

export interface ConsentRoutesProps {
  /** `provider/environment` */
  readonly realm: string;
  readonly parameters: CoreParameters;
  /** Answers the consent page, at its one-time link. */
  readonly pages: IFunction;
  /** Answers the provider's redirection. */
  readonly callbacks: IFunction;
}

/** The public routes of one realm at the core's open consent host. */
export class RealmConsentRoutes extends Construct {
  constructor(scope: Construct, id: string, props: ConsentRoutesProps) {
    super(scope, id);
    const { realm, parameters, pages, callbacks } = props;
    const httpApiId = parameters.read(this, "consents/id");
    const httpApi = HttpApi.fromHttpApiAttributes(this, "Api", { httpApiId });
    const page = new HttpLambdaIntegration("Pages", pages);
    const callback = new HttpLambdaIntegration("Callbacks", callbacks);
    const routes = [
      [HttpMethod.GET, consentPath(realm), page],
      [HttpMethod.POST, consentPath(realm), page],
      [HttpMethod.GET, callbackPath(realm), callback],
    ] as const;
    for (const [method, path, integration] of routes) {
      const routeKey = HttpRouteKey.with(path, method);
      new HttpRoute(this, `${method} ${path}`, { httpApi, routeKey, integration });
    }
    acknowledgePeople(this);
  }
}

/** The public routes of one realm at the core's firewalled consent host. */
export class RealmFirewalledRoutes extends Construct {
  constructor(scope: Construct, id: string, props: ConsentRoutesProps) {
    super(scope, id);
    const { realm, parameters, pages, callbacks } = props;
    const [provider = "", environment = ""] = realm.split("/");
    const restApiId = parameters.read(this, "consents/id");
    const addPart = (kind: "consent" | "callback") => {
      const parentId = parameters.read(this, `consents/${kind}/${provider}`);
      return new CfnResource(this, kind, { restApiId, parentId, pathPart: environment }).ref;
    };
    const link = { restApiId, parentId: addPart("consent"), pathPart: "{link}" };
    const page = new CfnResource(this, "link", link).ref;
    const add = (resourceId: string, method: ApiMethod, path: string, handler: IFunction) => {
      const route = { method, path, handler };
      addRestMethod(this, { restApiId, resourceId }, route, { authorizationType: "NONE" });
    };
    add(page, "GET", consentPath(realm), pages);
    add(page, "POST", consentPath(realm), pages);
    add(addPart("callback"), "GET", callbackPath(realm), callbacks);
    acknowledgePeople(this);
    Validations.of(this).acknowledge({
      id: "AwsSolutions::AwsSolutions-COG4",
      reason: "People are no users of a pool: a link authorizes them.",
    });
  }
}
