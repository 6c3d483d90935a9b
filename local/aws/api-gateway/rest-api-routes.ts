import type { IncomingMessage } from "node:http";
import type { AwsLocation } from "../arns.ts";
import { arn } from "../arns.ts";
import type { DeployedResource, DeployedStack } from "../template/template.ts";
import { failAt } from "../template/template-shape.ts";
import { GatewayError } from "./gateway-error.ts";
import type { SchemaCheck } from "./json-schema.ts";
import { compileJsonSchema } from "./json-schema.ts";
import { compilePathTemplate, mostSpecific } from "./path-template.ts";
import type { RestRoute } from "./rest-api.ts";

type Deployed = Pick<DeployedStack, "resourcesOf">;

/** Returns a function that finds the method of the template's REST API that matches a request. */
export function restApiRoutes(
  deployed: Deployed,
  location: AwsLocation,
): (method: string, path: string) => RestRoute | undefined {
  const stage = deployed.resourcesOf("AWS::ApiGateway::Stage")[0]?.ref() ?? "";
  const methods = deployed
    .resourcesOf("AWS::ApiGateway::Method")
    .map((resource) => readMethod(deployed, resource));

  return (method, path) => {
    const callable = methods.filter(({ verb }) => verb === method);
    const best = mostSpecific(callable, (each) => each.match(path));
    if (!best) return undefined;
    const { found, parameters } = best;
    const executeApi = `${found.apiId}/${stage}/${method}${path}`;
    return {
      functionName: found.functionName,
      qualifier: found.qualifier,
      resource: found.path,
      pathParameters: parameters,
      executeApiArn: found.isSigned ? arn(location, "execute-api", executeApi) : null,
      validate: found.validate,
    };
  };
}

interface MethodProperties {
  readonly RestApiId?: string;
  readonly ResourceId?: string;
  readonly HttpMethod?: string;
  readonly AuthorizationType?: string;
  readonly Integration?: { readonly Type?: string; readonly Uri?: string };
  readonly RequestModels?: Readonly<Record<string, string>>;
  readonly RequestParameters?: Readonly<Record<string, boolean>>;
  readonly RequestValidatorId?: string;
}

function readMethod(deployed: Deployed, { logicalId, properties }: DeployedResource) {
  const at = `Resources.${logicalId}`;
  const method = properties as MethodProperties;
  const { HttpMethod: verb = "", AuthorizationType = "NONE", Integration = {} } = method;
  if (!/^[A-Z]+$/.test(verb) || verb === "ANY") failAt(at, `the method ${verb} is not supported`);
  if (!["AWS_IAM", "NONE"].includes(AuthorizationType)) {
    failAt(at, `the authorization ${AuthorizationType} is not supported`);
  }
  const [, functionName, qualifier] =
    /\/functions\/[^/]+:function:([\w-]+)(?::([\w-]+))?\/invocations$/.exec(
      Integration.Uri ?? "",
    ) ?? [];
  if (Integration.Type !== "AWS_PROXY" || !functionName) {
    return failAt(at, "only proxy integrations of functions are supported");
  }
  const path = pathOf(deployed, method.ResourceId ?? "");
  return {
    ...{ verb, path, functionName, qualifier, apiId: method.RestApiId ?? "" },
    match: compilePathTemplate(path),
    isSigned: AuthorizationType === "AWS_IAM",
    validate: validation(deployed, method, at),
  };
}

/** The id of the root resource ends with a slash (template-resource.ts). */
function pathOf(deployed: Deployed, resourceId: string): string {
  if (resourceId.endsWith("/")) return "";
  const resource = deployed
    .resourcesOf("AWS::ApiGateway::Resource")
    .find((each) => each.ref() === resourceId);
  const { ParentId = "", PathPart = "" } = Object(resource?.properties) as Record<string, string>;
  if (!resource) return failAt(resourceId, "there is no such resource of the API");
  return `${pathOf(deployed, ParentId)}/${PathPart}`;
}

/** The checks of the method's request validator: required parameters, and the body. */
function validation(deployed: Deployed, method: MethodProperties, at: string) {
  const validator = deployed
    .resourcesOf("AWS::ApiGateway::RequestValidator")
    .find((each) => each.ref() === method.RequestValidatorId);
  if (method.RequestValidatorId && !validator) failAt(at, "there is no such validator");
  const { ValidateRequestBody, ValidateRequestParameters } = Object(validator?.properties);
  const required = Object.entries(method.RequestParameters ?? {}).flatMap(([name, isRequired]) =>
    isRequired && ValidateRequestParameters ? [queryNameIn(name, at)] : [],
  );
  const models = Object.entries(ValidateRequestBody ? (method.RequestModels ?? {}) : {});
  const checks = new Map(models.map(([type, model]) => [type, modelOf(deployed, model)]));

  return ({ url = "", headers }: IncomingMessage, body: string): void => {
    const query = new URL(url, "http://local").searchParams;
    if (required.some((name) => !query.has(name))) throw new GatewayError("BAD_REQUEST_PARAMETERS");
    const [type = ""] = (headers["content-type"] ?? "application/json").split(";");
    const check = checks.get(type.trim().toLowerCase());
    if (check && bodyErrors(check, body).length > 0) throw new GatewayError("BAD_REQUEST_BODY");
  };
}

function queryNameIn(parameter: string, at: string): string {
  const [, name] = /^method\.request\.querystring\.(.+)$/.exec(parameter) ?? [];
  return name ?? failAt(at, `the parameter ${parameter} is not supported`);
}

function modelOf(deployed: Deployed, ref: string): SchemaCheck {
  const models = deployed.resourcesOf("AWS::ApiGateway::Model");
  const model = models.find((each) => each.ref() === ref || each.properties["Name"] === ref);
  return compileJsonSchema(
    Object(model?.properties["Schema"] ?? failAt(ref, "there is no such model")),
  );
}

function bodyErrors(check: SchemaCheck, body: string): string[] {
  try {
    return check(JSON.parse(body));
  } catch {
    return ["it is not JSON"];
  }
}
