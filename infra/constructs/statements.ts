import { ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { State } from "./state.ts";
import { dueIndexName } from "./token-table.ts";

/** The secrets of one realm, whose names begin with this. */
export function readsSecrets(scope: Construct, prefix: string): PolicyStatement {
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
export function changesItems(table: State["table"], realm: string): PolicyStatement {
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
export function sealsTokens(key: State["sealingKey"], realm: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["kms:GenerateDataKey", "kms:Decrypt"],
    resources: [key.keyArn],
    conditions: {
      StringLike: { "kms:EncryptionContext:connection": `${realm}/*` },
      Null: { "kms:EncryptionContext:connection": "false" },
    },
  });
}

/** The index's own partition key is the realm: a query for another one is denied. */
export function findsDue(table: State["table"], realm: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:Query"],
    resources: [`${table.tableArn}/index/${dueIndexName}`],
    conditions: {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [realm] },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  });
}

/** Leaves there what went wrong. */
export function reportsTo(failures: IQueue): PolicyStatement {
  return new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failures.queueArn] });
}
