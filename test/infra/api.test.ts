import { toJsonSchema } from "@valibot/to-json-schema";
import { describe, expect, test } from "vitest";
import { findFunctionName } from "../../cli/deployed-functions.ts";
import { rejectionBody } from "../../functions/http/contract.ts";
import { problemOf } from "../../functions/http/problem.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesized } from "./synthesized.ts";

const template = synthesized(oneOfEachKind);
const methods = resourcesIn(template, "AWS::ApiGateway::Method").map(
  ([, { Properties }]) => Properties,
);

/** Each path with its method and the function that answers. */
const routes = methods.map(({ HttpMethod, ResourceId, Integration }) => {
  const functions = resourcesIn(template, "AWS::Lambda::Function").map(([logicalId]) => logicalId);
  const aliases = resourcesIn(template, "AWS::Lambda::Alias");
  const uri = aliases.reduce(
    (text, [id, { Properties }]) =>
      text.replace(`"${id}"`, JSON.stringify(Properties["FunctionName"])),
    JSON.stringify(Integration),
  );
  const called = functions.filter((id) => uri.includes(`"${id}"`));
  return `${HttpMethod} ${pathOf(ResourceId)} → ${called.map((id) => id.slice(0, -8))}`;
});

test("each path invokes its own realm's function", () => {
  expect(routes.sort()).toEqual([
    "GET /v1/connections → ListConnections",
    "GET /v1/consents/centrapay-user/test/{account}/{id} → centrapayusertestVendToken",
    "GET /v1/tokens/centrapay-user/test/{account} → centrapayusertestVendToken",
    "GET /v1/tokens/cfis/staging/{account} → cfisstagingVendToken",
    "GET /v1/tokens/conferma/sandbox/{account} → confermasandboxVendToken",
    "POST /v1/consents/centrapay-user/test/{account} → centrapayusertestConsentsBeginConsent",
    "POST /v1/tokens/centrapay-user/test/{account}/rejections → centrapayusertestVendToken",
    "POST /v1/tokens/centrapay-user/test/{account}/with-link → centrapayusertestVendToken",
    "POST /v1/tokens/cfis/staging/{account}/rejections → cfisstagingVendToken",
    "POST /v1/tokens/conferma/sandbox/{account}/rejections → confermasandboxVendToken",
  ]);
});

test("every request is signed, and validated", () => {
  for (const { AuthorizationType, RequestValidatorId } of methods) {
    expect(AuthorizationType).toBe("AWS_IAM");
    expect(RequestValidatorId).toBeDefined();
  }
});

test("a body is validated with the same schema as in the code", () => {
  const [[, model] = []] = resourcesIn(template, "AWS::ApiGateway::Model");
  const { $schema, ...schema } = Object(model?.Properties["Schema"]);
  const { $schema: _, ...ours } = toJsonSchema(rejectionBody);
  expect($schema).toBe("http://json-schema.org/draft-04/schema#");
  expect(schema).toEqual(ours);
  const validated = methods.filter(({ RequestModels }) => RequestModels);
  expect(validated.map(({ HttpMethod }) => HttpMethod)).toEqual(["POST", "POST", "POST"]);
});

test("an invalid body gets the same answer as from the code", () => {
  const [[, answer] = []] = resourcesIn(template, "AWS::ApiGateway::GatewayResponse");
  const { ResponseTemplates, ResponseParameters, StatusCode } = Object(answer?.Properties);
  const { detail, ...ours } = problemOf(new VendingError("invalid-request", ""), null);
  expect(JSON.parse(ResponseTemplates["application/json"])).toMatchObject(ours);
  expect(StatusCode).toBe(String(ours.status));
  expect(ResponseParameters["gatewayresponse.header.Content-Type"]).toBe(
    "'application/problem+json'",
  );
});

test("a path that is not there is told apart from a realm without consents as the command line does", () => {
  const responses = resourcesIn(template, "AWS::ApiGateway::GatewayResponse");
  const [, noPath] = responses.map(([, { Properties }]) => Object(Properties));
  expect(noPath).toMatchObject({ ResponseType: "MISSING_AUTHENTICATION_TOKEN" });
  // The status stays API Gateway's 403: it may as well be a request without a signature.
  expect(noPath).not.toHaveProperty("StatusCode");
  const { message } = JSON.parse(noPath.ResponseTemplates["application/json"]);
  const vending = [{ name: "Vend", description: "Vends the tokens of conferma/production" }];
  const told = () => findFunctionName(vending, "begin-consent", "conferma/production");
  expect(told).toThrow("needs no consent of a person: what its secret holds gives access");
  expect(message).toContain("needs no consent of a person, because what its secret holds gives");
  expect(message).toContain("GET /v1/tokens/");
});

describe("the stage", () => {
  const [[, stage] = []] = resourcesIn(template, "AWS::ApiGateway::Stage");
  const { MethodSettings, AccessLogSetting, TracingEnabled } = Object(stage?.Properties);

  test("is throttled and traced, and logs no request as it is", () => {
    expect(MethodSettings).toEqual([
      expect.objectContaining({
        HttpMethod: "*",
        ResourcePath: "/*",
        DataTraceEnabled: false,
        LoggingLevel: "OFF",
        ThrottlingRateLimit: 200,
        ThrottlingBurstLimit: 400,
      }),
    ]);
    expect(TracingEnabled).toBe(true);
  });

  test("has an access log of who asked for what, without bodies, queries and headers", () => {
    const variables = Object.values(JSON.parse(AccessLogSetting.Format));
    expect(variables.sort()).toEqual([
      "$context.error.responseType",
      "$context.httpMethod",
      "$context.identity.userArn",
      "$context.identity.vpceId",
      "$context.path",
      "$context.requestId",
      "$context.requestTimeEpoch",
      "$context.responseLatency",
      "$context.status",
      "$context.xrayTraceId",
    ]);
  });
});

test("a change of what is called is another deployment", () => {
  const idOf = (of: typeof template) => resourcesIn(of, "AWS::ApiGateway::Deployment")[0]?.[0];
  const [first] = oneOfEachKind;
  if (!first) throw new Error("There is no realm.");
  expect(idOf(template)).toBeDefined();
  expect(idOf(synthesized(oneOfEachKind))).toBe(idOf(template));
  expect(idOf(synthesized([first]))).not.toBe(idOf(template));
  expect(idOf(synthesized(oneOfEachKind, { api: { kind: "regional" } }))).not.toBe(idOf(template));
});

describe("the API is reached", () => {
  const apiOf = (kind: "private" | "regional" | "none", endpointIds: string[] = []) => {
    const of = synthesized(oneOfEachKind.slice(0, 1), { api: { kind, endpointIds } });
    const count = (type: string) => resourcesIn(of, type).length;
    const [[, api] = []] = resourcesIn(of, "AWS::ApiGateway::RestApi");
    return { networks: count("AWS::EC2::VPC"), apis: count("AWS::ApiGateway::RestApi"), api };
  };

  test("through an endpoint in its own VPC if none is configured", () => {
    const { networks, api } = apiOf("private");
    expect(networks).toBe(1);
    expect(api?.Properties["EndpointConfiguration"]).toMatchObject({ Types: ["PRIVATE"] });
  });

  test("through the configured endpoints only", () => {
    const { networks, api } = apiOf("private", ["vpce-0123", "vpce-4567"]);
    expect(networks).toBe(0);
    expect(api?.Properties["EndpointConfiguration"]).toEqual({
      Types: ["PRIVATE"],
      VpcEndpointIds: ["vpce-0123", "vpce-4567"],
    });
    expect(JSON.stringify(api?.Properties["Policy"])).toContain(
      '{"StringNotEquals":{"aws:SourceVpce":["vpce-0123","vpce-4567"]}}',
    );
  });

  test("from anywhere by signed requests where it is regional", () => {
    const { networks, api } = apiOf("regional");
    expect(networks).toBe(0);
    expect(api?.Properties["EndpointConfiguration"]).toEqual({ Types: ["REGIONAL"] });
    expect(JSON.stringify(api?.Properties["Policy"])).not.toMatch(/Deny|"\*"/);
  });

  test("not at all if there is none", () => {
    expect(apiOf("none").apis).toBe(0);
  });
});

/** API Gateway has a resource for each segment. */
function pathOf(resourceId: unknown): string {
  const { Type, Properties } = template.Resources[Object(resourceId).Ref] ?? {};
  if (Type !== "AWS::ApiGateway::Resource" || !Properties) return "";
  return `${pathOf(Properties["ParentId"])}/${Properties["PathPart"]}`;
}
