import path from "node:path";
import { ArnFormat, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { FunctionVariables } from "../../functions/platform/environment.ts";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";

interface RealmProps {
  readonly realm: RealmInput;
  readonly table: Table;
  readonly sealingKey: Key;
  readonly bundlesFolder: string;
}

/** Room for a caller that waits for someone else's renewal and then has to renew itself; under API Gateway's 29 s. */
const timeout = Duration.seconds(25);

/** One realm: its vending function, which reads this realm's secrets and items, and opens its tokens, and no others. */
export class Realm extends Construct {
  readonly vendToken: LambdaFunction;

  constructor(
    scope: Construct,
    id: string,
    { realm, table, sealingKey, bundlesFolder }: RealmProps,
  ) {
    super(scope, id);
    const name = `${realm.provider}/${realm.environment}`;
    const secretPrefix = `token-vending/${name}/`;
    const variables: FunctionVariables = {
      TABLE_NAME: table.tableName,
      REALM: JSON.stringify(realm),
      SECRET_PREFIX: secretPrefix,
      SEALING_KEY: sealingKey.keyArn,
    };
    this.vendToken = new LambdaFunction(this, "VendToken", {
      description: `Vends the tokens of ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(path.join(bundlesFolder, "vend-token"), { exclude: ["*.map"] }),
      handler: "index.handler",
      memorySize: 1024,
      timeout,
      environment: { ...variables },
      logGroup: new LogGroup(this, "VendTokenLog", { retention: RetentionDays.THREE_MONTHS }),
    });
    this.vendToken.addToRolePolicy(readsSecrets(this, secretPrefix));
    this.vendToken.addToRolePolicy(changesItems(table, name));
    this.vendToken.addToRolePolicy(sealsTokens(sealingKey, name));
    new CfnOutput(this, "VendTokenName", {
      description: `Invoke this for ${name}`,
      value: this.vendToken.functionName,
    });
  }
}

function readsSecrets(scope: Construct, prefix: string): PolicyStatement {
  const arn = {
    service: "secretsmanager",
    resource: "secret",
    resourceName: `${prefix}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  };
  return new PolicyStatement({
    actions: ["secretsmanager:GetSecretValue"],
    resources: [Stack.of(scope).formatArn(arn)],
  });
}

/** `ForAllValues` alone would allow a request that names no key at all. */
function changesItems(table: Table, realm: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
    resources: [table.tableArn],
    conditions: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${realm}/*`] },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  });
}

/** The connection is the encryption context (functions/store/data-keys.ts): without one nothing is allowed. */
function sealsTokens(key: Key, realm: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["kms:GenerateDataKey", "kms:Decrypt"],
    resources: [key.keyArn],
    conditions: {
      StringLike: { "kms:EncryptionContext:connection": `${realm}/*` },
      Null: { "kms:EncryptionContext:connection": "false" },
    },
  });
}
