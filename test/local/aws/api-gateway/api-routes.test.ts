import { expect, it } from "vitest";
import { gatewayResponses } from "../../../../local/aws/api-gateway/gateway-responses.ts";
import { httpApiRoutes } from "../../../../local/aws/api-gateway/http-api-routes.ts";
import { restApiRoutes } from "../../../../local/aws/api-gateway/rest-api-routes.ts";
import { LOCAL_LOCATION } from "../../../../local/aws/arns.ts";
import { readTemplate } from "../../../../local/aws/template/template.ts";

type Properties = Record<string, unknown>;
type Changes = Readonly<Record<string, Properties>>;

/** A REST API and an HTTP API as CDK writes them, with some properties changed. */
function deployed(changes: Changes = {}) {
  const resource = (id: string, Type: string, Properties: Properties) => [
    id,
    { Type, Properties: { ...Properties, ...changes[id] } },
  ];
  const functionArn = { "Fn::GetAtt": ["Vend", "Arn"] };
  const invoke = ["arn:aws:apigateway:x:lambda:path/2015-03-31/functions/", functionArn];
  const ofApi = { RestApiId: { Ref: "Api" } };
  const method = (ResourceId: unknown, HttpMethod: string) => ({
    ...{ ...ofApi, ResourceId, HttpMethod, AuthorizationType: "AWS_IAM" },
    Integration: { Type: "AWS_PROXY", Uri: { "Fn::Join": ["", [...invoke, "/invocations"]] } },
  });
  const template = {
    Resources: Object.fromEntries([
      resource("Vend", "AWS::Lambda::Function", {
        ...{ Handler: "index.handler", Runtime: "nodejs24.x", Code: { S3Key: "a.zip" } },
      }),
      resource("Api", "AWS::ApiGateway::RestApi", {}),
      resource("Live", "AWS::ApiGateway::Stage", { ...ofApi, StageName: "live" }),
      resource("Tokens", "AWS::ApiGateway::Resource", {
        ...{ ...ofApi, ParentId: { "Fn::GetAtt": ["Api", "RootResourceId"] }, PathPart: "tokens" },
      }),
      resource("Account", "AWS::ApiGateway::Resource", {
        ...{ ...ofApi, ParentId: { Ref: "Tokens" }, PathPart: "{account}" },
      }),
      resource("Default", "AWS::ApiGateway::Resource", {
        ...{ ...ofApi, ParentId: { Ref: "Tokens" }, PathPart: "default" },
      }),
      resource("Get", "AWS::ApiGateway::Method", method({ Ref: "Account" }, "GET")),
      resource("GetDefault", "AWS::ApiGateway::Method", method({ Ref: "Default" }, "GET")),
      resource("Words", "AWS::ApiGateway::GatewayResponse", {
        ...{ ...ofApi, ResponseType: "BAD_REQUEST_BODY", StatusCode: "400" },
      }),
      resource("Host", "AWS::ApiGatewayV2::Api", {}),
      resource("Pages", "AWS::ApiGatewayV2::Integration", {
        ...{ IntegrationType: "AWS_PROXY", PayloadFormatVersion: "2.0" },
        IntegrationUri: functionArn,
      }),
      resource("Page", "AWS::ApiGatewayV2::Route", {
        ...{ RouteKey: "GET /consent/{link}", AuthorizationType: "NONE" },
        Target: { "Fn::Join": ["", ["integrations/", { Ref: "Pages" }]] },
      }),
    ]),
  };
  const assetManifest = { files: { a: { source: { path: "asset" } } } };
  return readTemplate({
    ...{ ...LOCAL_LOCATION, template, assetManifest, assemblyFolder: "/out", stackName: "Stack" },
  });
}

it("a REST API's methods are found by path, the most specific first", () => {
  const route = restApiRoutes(deployed(), LOCAL_LOCATION);
  expect(route("GET", "/tokens/jo%40acme")).toMatchObject({
    functionName: "Stack-Vend",
    resource: "/tokens/{account}",
    pathParameters: { account: "jo@acme" },
    executeApiArn:
      "arn:aws:execute-api:ap-southeast-2:000000000000:Stack-Api/live/GET/tokens/jo%40acme",
  });
  expect(route("GET", "/tokens/default")).toMatchObject({ resource: "/tokens/default" });
  for (const [method, path] of [
    ["POST", "/tokens/default"],
    ["GET", "/tokens"],
    ["GET", "/tokens/"],
    ["GET", "/tokens/a/b"],
    ["GET", "/live/tokens/a"],
  ] as const) {
    expect(route(method, path), `${method} ${path}`).toBeUndefined();
  }
});

it("a REST API's method may invoke an alias of its function", () => {
  const arn = "arn:aws:lambda:x:1:function:Stack-Vend:with-links";
  const Uri = `arn:aws:apigateway:x:lambda:path/2015-03-31/functions/${arn}/invocations`;
  const route = restApiRoutes(
    deployed({ Get: { Integration: { Type: "AWS_PROXY", Uri } } }),
    LOCAL_LOCATION,
  );
  const invoked = { functionName: "Stack-Vend", qualifier: "with-links" };
  expect(route("GET", "/tokens/jo")).toMatchObject(invoked);
  expect(route("GET", "/tokens/default")?.qualifier).toBeUndefined();
});

it("an HTTP API's routes are found by path", () => {
  const route = httpApiRoutes(deployed());
  expect(route("GET", "/consent/abc")).toEqual({
    functionName: "Stack-Vend",
    routeKey: "GET /consent/{link}",
    pathParameters: { link: "abc" },
  });
  expect(route("POST", "/consent/abc")).toBeUndefined();
  expect(route("GET", "/consent/abc/")).toBeUndefined();
});

it.each<[string, Changes, string]>([
  ["a method for all methods", { Get: { HttpMethod: "ANY" } }, "the method ANY is not supported"],
  [
    "an authorizer",
    { Get: { AuthorizationType: "CUSTOM" } },
    "the authorization CUSTOM is not supported",
  ],
  ["a mock", { Get: { Integration: { Type: "MOCK" } } }, "only proxy integrations"],
  ["a proxy path", { Account: { PathPart: "{proxy+}" } }, "{proxy+} of a path is not supported"],
  ["a path of another API", { Get: { ResourceId: "elsewhere" } }, "there is no such resource"],
  ["an unknown validator", { Get: { RequestValidatorId: "none" } }, "there is no such validator"],
  ["an unknown response", { Words: { ResponseType: "THROTTLED" } }, "THROTTLED is not supported"],
  [
    "a response with variables",
    { Words: { ResponseTemplates: { "application/json": "$context.error.message" } } },
    "variables in templates are not supported",
  ],
  ["a catch-all route", { Page: { RouteKey: "$default" } }, "the route $default is not supported"],
  ["a JWT route", { Page: { AuthorizationType: "JWT" } }, "only public routes are supported"],
  ["payload format 1.0", { Pages: { PayloadFormatVersion: "1.0" } }, "payload format 2.0"],
  ["a route to nowhere", { Page: { Target: "integrations/none" } }, "there is no integration"],
])("%s is refused", (_, changes, message) => {
  const stack = deployed(changes);
  expect(() => {
    restApiRoutes(stack, LOCAL_LOCATION);
    gatewayResponses(stack);
    httpApiRoutes(stack);
  }).toThrow(message);
});
