import { ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { statusAttributes } from "../../functions/store/status-attributes.ts";
import type { SharedState } from "./shared-state.ts";
import { connectionsIndexName, dueIndexName } from "./token-table.ts";

/** The secrets of one realm, whose names begin with this. */
export function allowReadingSecrets(scope: Construct, prefix: string): PolicyStatement {
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

/** Records and claims are read and changed, never deleted: versions go on counting. */
export function allowChangingItems(table: SharedState["table"], realm: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    resources: [table.tableArn],
    conditions: keysLike(`${realm}/*`),
  });
}

/** A pending consent is claimed by deleting it (functions/store/dynamodb-pending-consents.ts). */
export function claimsPendingConsents(table: SharedState["table"], realm: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:DeleteItem"],
    resources: [table.tableArn],
    conditions: keysLike(`${realm}/~consent/*`),
  });
}

/** `ForAllValues` alone would allow a request that names no key at all. */
function keysLike(pattern: string) {
  return {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [pattern] },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
}

/** The connection is the encryption context (functions/sealing/data-keys.ts): without one nothing is allowed. */
export function allowSealingTokens(key: SharedState["sealingKey"], realm: string): PolicyStatement {
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
export function allowQueryingDueIndex(table: SharedState["table"], realm: string): PolicyStatement {
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
export function allowSendingFailures(failures: IQueue): PolicyStatement {
  return new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failures.queueArn] });
}

/** Which connections there are, of any realm: keys, and nothing else even if the index were to hold more. */
export function allowListingConnections(table: SharedState["table"]): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:Query"],
    resources: [`${table.tableArn}/index/${connectionsIndexName}`],
    conditions: {
      "ForAllValues:StringEquals": { "dynamodb:Attributes": ["pk", "realm"] },
      StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      Null: { "dynamodb:Attributes": "false" },
    },
  });
}

/** What of a record may be looked at. A read that names no attributes would answer all of them, and is denied. */
export function allowReadingStatus(
  table: SharedState["table"],
  ...actions: ("dynamodb:GetItem" | "dynamodb:BatchGetItem")[]
): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [table.tableArn],
    conditions: {
      "ForAllValues:StringEquals": { "dynamodb:Attributes": [...statusAttributes] },
      // Query and Scan always say it, other reads need not.
      StringEqualsIfExists: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      Null: { "dynamodb:Attributes": "false" },
    },
  });
}
