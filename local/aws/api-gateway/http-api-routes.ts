import type { DeployedResource, DeployedStack } from "../template/template.ts";
import { failAt } from "../template/template-shape.ts";
import type { HttpRoute } from "./http-api-event.ts";
import { compilePathTemplate, mostSpecific } from "./path-template.ts";

type Deployed = Pick<DeployedStack, "resourcesOf">;

/** Returns a function that finds the route of the template's HTTP API that matches a request. */
export function httpApiRoutes(
  deployed: Deployed,
): (method: string, path: string) => HttpRoute | undefined {
  const integrations = new Map(
    deployed
      .resourcesOf("AWS::ApiGatewayV2::Integration")
      .map((integration) => [integration.ref(), functionOf(integration)]),
  );
  const routes = deployed.resourcesOf("AWS::ApiGatewayV2::Route").map((route) => {
    const at = `Resources.${route.logicalId}`;
    const {
      RouteKey = "",
      Target = "",
      AuthorizationType = "NONE",
    } = route.properties as {
      RouteKey?: string;
      Target?: string;
      AuthorizationType?: string;
    };
    const [, verb, path] = /^([A-Z]+) (\/\S*)$/.exec(RouteKey) ?? [];
    if (!verb || !path) return failAt(at, `the route ${RouteKey} is not supported`);
    if (AuthorizationType !== "NONE") failAt(at, "only public routes are supported");
    const functionName = integrations.get(Target.replace(/^integrations\//, ""));
    if (!functionName) return failAt(at, `there is no integration ${Target}`);
    return { verb, routeKey: RouteKey, functionName, match: compilePathTemplate(path) };
  });

  return (method, path) => {
    const ofMethod = routes.filter(({ verb }) => verb === method || verb === "ANY");
    const best = mostSpecific(ofMethod, (each) => each.match(path));
    if (!best) return undefined;
    const { functionName, routeKey } = best.found;
    return { functionName, routeKey, pathParameters: best.parameters };
  };
}

function functionOf({ logicalId, properties }: DeployedResource): string {
  const { IntegrationType, IntegrationUri, PayloadFormatVersion } = properties;
  const [, name] = /:function:([\w-]+)(?::[\w-]+)?$/.exec(String(IntegrationUri)) ?? [];
  if (IntegrationType !== "AWS_PROXY" || PayloadFormatVersion !== "2.0" || !name) {
    return failAt(`Resources.${logicalId}`, "only functions with payload format 2.0 are supported");
  }
  return name;
}
