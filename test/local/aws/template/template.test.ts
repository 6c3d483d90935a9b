import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Aws, CfnOutput, CfnParameter, Duration, Fn, Stack } from "aws-cdk-lib";
import { AttributeType, Table, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Function as CdkFunction, Code, Runtime } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LOCAL_LOCATION, secretArn } from "../../../../local/aws/arns.ts";
import { startLambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";
import type { DeployedStack } from "../../../../local/aws/template/template.ts";
import { readTemplate } from "../../../../local/aws/template/template.ts";
import { codeFolder, removeCode } from "../lambda/lambda-fixture.ts";

const CODE = "export const handler = async () => process.env.REALM;";
const CONTEXT = {
  "aws:cdk:enable-asset-metadata": true,
  "aws:cdk:disable-version-reporting": true,
};

/** A placeholder of `Fn::Sub`. */
const variable = (name: string) => `\${${name}}`;

describe("a synthesized app", () => {
  const outdir = mkdtempSync(join(tmpdir(), "cdk-"));
  let data: DeployedStack;
  let realm: DeployedStack;

  beforeAll(() => {
    const { dataStack, realmStack } = synthesize(outdir);
    data = readTemplate({
      ...LOCAL_LOCATION,
      template: dataStack.template,
      assemblyFolder: outdir,
    });
    realm = readTemplate({
      ...LOCAL_LOCATION,
      template: realmStack.template,
      assemblyFolder: outdir,
      stackName: "Realm",
      parameters: { TokenUrl: "http://127.0.0.1:8080/token" },
      imports: data.exports,
    });
  });
  afterAll(() => {
    rmSync(outdir, { recursive: true });
    removeCode();
  });

  it("has its tables, by explicit name or by logical id", () => {
    const [tokens, consents] = data.tables;
    expect(tokens).toMatchObject({
      name: tokens?.logicalId,
      logicalId: expect.stringMatching(/^Tokens/),
      properties: {
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        GlobalSecondaryIndexes: [{ IndexName: "due" }],
        Replicas: [{ Region: "ap-southeast-2" }],
      },
    });
    expect(consents?.name).toBe("consents");
  });

  it("has its functions, with their settings and environment", () => {
    const [vend, plain] = realm.functions;
    expect(vend).toMatchObject({
      name: `Realm-${vend?.logicalId}`,
      runtime: "nodejs24.x",
      handler: "index.handler",
      timeoutMs: 10_000,
      memoryMb: 512,
      reservedConcurrency: 5,
      environment: {
        TABLE_NAME: data.tables[0]?.name,
        TABLE_ARN: "arn:aws:dynamodb:ap-southeast-2:000000000000:table/consents",
        REALM: '{"provider":"conferma","tokenUrl":"http://127.0.0.1:8080/token"}',
        SECRET: secretArn(LOCAL_LOCATION, "token-vending/conferma"),
        SUBSTITUTED: `aws/${vend?.logicalId}/\${literal}/http://127.0.0.1:8080/token`,
        HOST: "127.0.0.1:8080",
      },
    });
    expect(plain).toMatchObject({ name: "plain", timeoutMs: 3_000, memoryMb: 128 });
    expect(plain).not.toHaveProperty("reservedConcurrency");
  });

  it("names the folder of the code, so that the function runs", async () => {
    const host = startLambdaHost({ functions: realm.functions });
    const [vend] = realm.functions;
    const { payload } = await host.invoke(vend?.name ?? "", {});
    await host.stop();
    expect(payload).toBe(vend?.environment["REALM"]);
  });

  it("has its outputs", () => {
    expect(realm.outputs).toEqual({
      VendArn: `arn:aws:lambda:ap-southeast-2:000000000000:function:${realm.functions[0]?.name}`,
    });
  });

  it("has any other resource, resolved on demand", () => {
    const [schedule] = realm.resourcesOf("AWS::Scheduler::Schedule");
    expect(schedule?.properties).toMatchObject({
      ScheduleExpression: "rate(1 minute)",
      Target: { Arn: realm.outputs["VendArn"], RoleArn: expect.stringContaining(":role/Realm-") },
    });
  });
});

describe("a template without asset metadata", () => {
  const template = {
    Resources: {
      Vend: {
        Type: "AWS::Lambda::Function",
        Properties: {
          Code: {
            S3Bucket: { "Fn::Sub": `assets-${variable("AWS::AccountId")}` },
            S3Key: "abc.zip",
          },
          Handler: "index.handler",
          Runtime: "nodejs24.x",
        },
      },
    },
  };

  it("finds the code in the asset manifest", () => {
    const assetManifest = { files: { abc: { source: { path: "asset.abc" } } } };
    const { functions } = readTemplate({
      ...LOCAL_LOCATION,
      template,
      assemblyFolder: "/out",
      assetManifest,
    });
    expect(functions[0]?.folder).toBe("/out/asset.abc");
  });

  it("is refused without a manifest that lists the code", () => {
    expect(() => readTemplate({ ...LOCAL_LOCATION, template, assemblyFolder: "/out" })).toThrow(
      "Resources.Vend.Properties.Code: no asset is known for this code",
    );
  });
});

describe("what is not supported", () => {
  const table = (TableName: unknown, rest: object = {}) => ({
    ...LOCAL_LOCATION,
    assemblyFolder: "/out",
    template: {
      ...rest,
      Resources: {
        Tokens: { Type: "AWS::DynamoDB::Table", Properties: { TableName } },
        Cluster: { Type: "AWS::ECS::Cluster" },
      },
    },
  });
  const at = "Resources.Tokens.Properties.TableName";

  it.each([
    [{ "Fn::GetAZs": "" }, `${at}: Fn::GetAZs is not supported`],
    [{ "Fn::If": ["a", "b", "c"] }, `${at}: Fn::If is not supported`],
    [{ Ref: "Nobody" }, `${at}.Ref: nothing is called Nobody`],
    [{ Ref: "Cluster" }, `${at}.Ref: Cluster is an AWS::ECS::Cluster, which is not supported`],
    [
      { "Fn::GetAtt": ["Tokens", "TableId"] },
      `${at}.Fn::GetAtt: the attribute TableId of Tokens is not supported`,
    ],
    [{ "Fn::ImportValue": "Other" }, `${at}.Fn::ImportValue: no stack exports Other`],
    [{ "Fn::Select": ["2", ["a"]] }, `${at}.Fn::Select: selects what is not there`],
    [{ "Fn::Sub": variable("Tokens.Nothing") }, `${at}.Fn::Sub: the attribute Nothing of Tokens`],
    [
      { "Fn::Join": ["", ["a", { "Fn::Cidr": [] }]] },
      `${at}.Fn::Join[1]: Fn::Cidr is not supported`,
    ],
    ["{{resolve:ssm:name}}", `${at}: dynamic references are not supported`],
    [["a"], `${at}: is not text`],
  ])("is refused with its path in the template: %j", (name, message) => {
    expect(() => readTemplate(table(name))).toThrow(message);
  });

  it("includes a parameter without a value", () => {
    const kept = { Type: "AWS::SSM::Parameter::Value<String>", Default: "/where/it/is" };
    const rest = { Parameters: { Name: { Type: "String" }, Kept: kept } };
    const message = (name: string) => `${at}.Ref: the parameter ${name} has no value`;
    expect(() => readTemplate(table({ Ref: "Name" }, rest))).toThrow(message("Name"));
    expect(() => readTemplate(table({ Ref: "Kept" }, rest))).toThrow(message("Kept"));
  });

  it("includes a resource under a condition", () => {
    const template = { Resources: { Tokens: { Type: "AWS::DynamoDB::Table", Condition: "Is" } } };
    expect(() => readTemplate({ ...LOCAL_LOCATION, template, assemblyFolder: "/out" })).toThrow(
      "Resources.Tokens: conditions are not supported",
    );
  });
});

it("has its keys, under the id that references resolve to", () => {
  const template = {
    Resources: { Seal: { Type: "AWS::KMS::Key", Properties: { EnableKeyRotation: true } } },
    Outputs: { Arn: { Value: { "Fn::GetAtt": ["Seal", "Arn"] } }, Id: { Value: { Ref: "Seal" } } },
  };
  const input = { ...LOCAL_LOCATION, template, assemblyFolder: "/out", stackName: "Realm" };
  const { keys, outputs } = readTemplate(input);
  expect(keys).toMatchObject([
    { id: "Realm-Seal", logicalId: "Seal", properties: { EnableKeyRotation: true } },
  ]);
  const Arn = "arn:aws:kms:ap-southeast-2:000000000000:key/Realm-Seal";
  expect(outputs).toEqual({ Arn, Id: "Realm-Seal" });
});

describe("AWS::NoValue", () => {
  it("removes what it replaces", () => {
    const none = { Ref: "AWS::NoValue" };
    const properties = { Kept: 1, Gone: none, List: ["a", none] };
    const template = { Resources: { Any: { Type: "AWS::Any", Properties: properties } } };
    const stack = readTemplate({ ...LOCAL_LOCATION, template, assemblyFolder: "/out" });
    expect(stack.resourcesOf("AWS::Any")[0]?.properties).toEqual({ Kept: 1, List: ["a"] });
  });
});

function synthesize(outdir: string) {
  const app = new App({ outdir, context: CONTEXT, builtinCloudFormationValidation: false });
  const data = new Stack(app, "Data");
  const partitionKey = { name: "pk", type: AttributeType.STRING };
  const tokens = new TableV2(data, "Tokens", {
    partitionKey,
    globalSecondaryIndexes: [{ indexName: "due", partitionKey }],
  });
  const consents = new Table(data, "Consents", { partitionKey, tableName: "consents" });

  const realm = new Stack(app, "Realm");
  const tokenUrl = new CfnParameter(realm, "TokenUrl").valueAsString;
  const secret = new Secret(realm, "Secret", { secretName: "token-vending/conferma" });
  const code = { code: Code.fromAsset(codeFolder(CODE)), handler: "index.handler" };
  const vend = new CdkFunction(realm, "Vend", {
    ...code,
    runtime: Runtime.NODEJS_24_X,
    timeout: Duration.seconds(10),
    memorySize: 512,
    reservedConcurrentExecutions: 5,
    environment: {
      TABLE_NAME: tokens.tableName,
      TABLE_ARN: consents.tableArn,
      REALM: realm.toJsonString({ provider: "conferma", tokenUrl }),
      SECRET: secret.secretArn,
      HOST: Fn.select(2, Fn.split("/", tokenUrl)),
    },
  });
  vend.addEnvironment(
    "SUBSTITUTED",
    Fn.sub(["AWS::Partition", "Id", "!literal", "TokenUrl"].map(variable).join("/"), {
      Id: realm.getLogicalId(vend.node.defaultChild as never),
    }),
  );
  new CdkFunction(realm, "Plain", {
    ...code,
    runtime: Runtime.NODEJS_24_X,
    functionName: "plain",
    environment: { PARTITION: Aws.PARTITION },
  });
  new CfnSchedule(realm, "Renew", {
    flexibleTimeWindow: { mode: "OFF" },
    scheduleExpression: "rate(1 minute)",
    target: { arn: vend.functionArn, roleArn: vend.role?.roleArn ?? "" },
  });
  new CfnOutput(realm, "VendArn", { value: vend.functionArn });

  const assembly = app.synth();
  return {
    dataStack: assembly.getStackByName("Data"),
    realmStack: assembly.getStackByName("Realm"),
  };
}
