import path from "node:path";
import type { Duration } from "aws-cdk-lib";
import { ArnFormat, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { FunctionVariables } from "../../functions/platform/environment.ts";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import type { FunctionName } from "../function-names.ts";

export interface RealmFunctionProps {
  readonly realm: RealmInput;
  readonly table: Table;
  readonly sealingKey: Key;
  readonly bundlesFolder: string;
  readonly entry: FunctionName;
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly reservedConcurrentExecutions?: number;
  readonly retryAttempts?: number;
  readonly maxEventAge?: Duration;
}

/** A function of one realm: it reads this realm's secrets, changes its items and opens its tokens, and no others. */
export class RealmFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: RealmFunctionProps) {
    const { realm, table, sealingKey, bundlesFolder, entry, ...lambda } = props;
    const name = `${realm.provider}/${realm.environment}`;
    const secretPrefix = `token-vending/${name}/`;
    const variables: FunctionVariables = {
      TABLE_NAME: table.tableName,
      REALM: JSON.stringify(realm),
      SECRET_PREFIX: secretPrefix,
      SEALING_KEY: sealingKey.keyArn,
    };
    const logGroup = new LogGroup(scope, `${id}Log`, { retention: RetentionDays.THREE_MONTHS });
    // Its own, because CDK's may write into every log group of the account.
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    super(scope, id, {
      ...lambda,
      role,
      logGroup,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(path.join(bundlesFolder, entry), { exclude: ["*.map"] }),
      handler: "index.handler",
      environment: { ...variables },
    });
    logGroup.grantWrite(role);
    this.addToRolePolicy(readsSecrets(this, secretPrefix));
    this.addToRolePolicy(changesItems(table, name));
    this.addToRolePolicy(sealsTokens(sealingKey, name));
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
