import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEnvironment } from "../../functions/platform/environment.ts";
import { realms } from "../../infra/realms.ts";
import { TokenVendingStack } from "../../infra/stacks/token-vending-stack.ts";
import { LOCAL_PLACE } from "../../local/aws/arns.ts";
import { readTemplate } from "../../local/aws/template.ts";

const folder = mkdtempSync(path.join(tmpdir(), "token-vending-infra-"));
let template: Template;

beforeAll(() => {
  mkdirSync(path.join(folder, "vend-token"));
  const context = { "aws:cdk:enable-asset-metadata": true };
  const app = new App({ outdir: path.join(folder, "cdk.out"), context });
  const props = { realms, bundlesFolder: folder };
  template = Template.fromStack(new TokenVendingStack(app, "TokenVending", props));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keyArn = { "Fn::GetAtt": [Match.stringLikeRegexp("^SealingKey"), "Arn"] };

test("the key that seals is rotated every year, and outlives the stack as its table does", () => {
  template.resourceCountIs("AWS::KMS::Key", 1);
  template.hasResource("AWS::KMS::Key", {
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: { EnableKeyRotation: true },
  });
});

test.each(realms)("$provider/$environment seals and opens what is its own", (realm) => {
  const connections = {
    "kms:EncryptionContext:connection": `${realm.provider}/${realm.environment}/*`,
  };
  template.hasResourceProperties("AWS::IAM::Policy", {
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Effect: "Allow",
          Action: ["kms:GenerateDataKey", "kms:Decrypt"],
          Resource: keyArn,
          Condition: {
            StringLike: connections,
            Null: { "kms:EncryptionContext:connection": "false" },
          },
        },
      ]),
    },
  });
});

test("no role is granted anything of KMS but that", () => {
  const policies = Object.values(template.findResources("AWS::IAM::Policy"));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const ofKms = statements.filter(({ Action }) => JSON.stringify(Action).includes("kms:"));
  expect(ofKms).toHaveLength(realms.length);
});

test("every function is told the key's ARN, and nobody who deploys is asked for a key", () => {
  const { functions, keys } = readTemplate({
    ...LOCAL_PLACE,
    template: template.toJSON(),
    assemblyFolder: folder,
    stackName: "TokenVending",
  });
  for (const { environment } of functions) {
    const arn = `arn:aws:kms:ap-southeast-2:000000000000:key/${keys[0]?.id}`;
    expect(readEnvironment(environment).sealingKey).toEqual({ kind: "kms", arn });
  }
  expect(Object.keys(template.findParameters("*"))).toEqual(["BootstrapVersion"]);
});
