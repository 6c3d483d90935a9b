import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { LOCAL_LOCATION } from "../../../../local/aws/arns.ts";
import { deployInOrder } from "../../../../local/aws/template/deploy-in-order.ts";

const folder = mkdtempSync(path.join(tmpdir(), "token-vending-order-"));
afterAll(() => rmSync(folder, { recursive: true }));

function stack(stackName: string, template: object) {
  writeFileSync(path.join(folder, `${stackName}.assets.json`), JSON.stringify({ files: {} }));
  const templateFullPath = path.join(folder, `${stackName}.template.json`);
  return { stackName, template, templateFullPath };
}

const core = stack("Core", {
  Resources: {
    Api: { Type: "AWS::ApiGateway::RestApi", Properties: {} },
    Id: {
      Type: "AWS::SSM::Parameter",
      Properties: { Name: "/core/api/id", Value: { Ref: "Api" } },
    },
  },
  Outputs: { Url: { Value: { Ref: "Api" }, Export: { Name: "CoreApi" } } },
});
const realm = stack("Realm", {
  Parameters: { ApiId: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/core/api/id" } },
  Resources: {
    Vend: {
      Type: "AWS::Lambda::Function",
      Metadata: { "aws:asset:path": "asset" },
      Properties: { FunctionName: "vend", Handler: "index.handler", Runtime: "nodejs24.x" },
    },
    One: { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Vend" } } },
    Live: {
      Type: "AWS::Lambda::Alias",
      Properties: {
        ...{ FunctionName: { Ref: "Vend" }, Name: "live" },
        FunctionVersion: { "Fn::GetAtt": ["One", "Version"] },
      },
    },
  },
  Outputs: {
    Own: { Value: { Ref: "ApiId" } },
    Imported: { Value: { "Fn::ImportValue": "CoreApi" } },
    Called: { Value: { Ref: "Live" } },
  },
});

it("a stack reads the parameters and imports the exports of those before it", () => {
  const { outputs } = deployInOrder([core, realm], LOCAL_LOCATION);
  expect(outputs).toMatchObject({ Own: "Core-Api", Imported: "Core-Api" });
});

it("an alias is a function's name and its own", () => {
  const { outputs, resourcesOf } = deployInOrder([core, realm], LOCAL_LOCATION);
  expect(outputs["Called"]).toMatch(/^arn:aws:lambda:[^:]+:\d+:function:vend:live$/);
  const [alias] = resourcesOf("AWS::Lambda::Alias");
  expect(alias?.properties).toEqual({ FunctionName: "vend", Name: "live", FunctionVersion: "1" });
});

it("a stack that is deployed before what it reads fails, as it would at AWS", () => {
  expect(() => deployInOrder([realm, core], LOCAL_LOCATION)).toThrow(
    /the parameter ApiId has no value/,
  );
});
