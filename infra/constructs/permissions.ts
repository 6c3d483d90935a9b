import { ArnFormat, Stack } from "aws-cdk-lib";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { statusAttributes } from "../../functions/store/status-attributes.ts";
import type { DeploymentNames } from "../deployment-names.ts";
import { grantInAccount } from "./account-grants.ts";
import type { SharedState } from "./shared-state.ts";
import { connectionsIndexName, dueIndexName } from "./token-table.ts";

/** The logs in which `npm run vend -- who` looks, and finding them. They are those of every realm, by their names' beginning. */
export function allowReadingAttribution(
  scope: Construct,
  { name, trailLog }: Pick<DeploymentNames, "name" | "trailLog">,
): PolicyStatement[] {
  const arnOf = (service: string, resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({
      ...{ service, resource, resourceName },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  const groups = [`/aws/lambda/${name}-*`, trailLog];
  return [
    // It supports no resource-level permissions.
    new PolicyStatement({ actions: ["lambda:ListFunctions"], resources: ["*"] }),
    new PolicyStatement({
      actions: ["lambda:GetFunctionConfiguration"],
      resources: [arnOf("lambda", "function", `${name}-*`)],
    }),
    // Where callers find what the deployment has published, such as the API's address.
    new PolicyStatement({
      actions: ["ssm:GetParameter"],
      resources: [
        Stack.of(scope).formatArn({
          ...{ service: "ssm", resource: "parameter", resourceName: `${name}/realms/*` },
        }),
      ],
    }),
    new PolicyStatement({
      actions: ["logs:FilterLogEvents"],
      resources: groups.map((group) => arnOf("logs", "log-group", `${group}:*`)),
    }),
  ];
}

/** The secrets of one realm: those whose names begin with `prefix`. */
export function allowReadingSecrets(scope: Construct, prefix: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["secretsmanager:GetSecretValue"],
    resources: [secretsArn(scope, prefix)],
  });
}

/**
 * Grants what people need who put the secrets of one realm (`npm run vend -- secret`): values and their stages, and making
 * an account's secret, and finding the realm's function. No reading of values, which that function does.
 */
export function grantPuttingSecrets(grantee: IGrantable, scope: Construct, prefix: string): Grant {
  const putting = [
    "secretsmanager:CreateSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:PutSecretValue",
    "secretsmanager:TagResource",
    "secretsmanager:UpdateSecretVersionStage",
  ];
  // The command line finds the function by its description. Listing supports no resource-level permissions.
  const listing = grantInAccount(grantee, scope, ["lambda:ListFunctions"], ["*"]);
  return grantInAccount(grantee, scope, putting, [secretsArn(scope, prefix)]).combine(listing);
}

function secretsArn(scope: Construct, prefix: string): string {
  return Stack.of(scope).formatArn({
    service: "secretsmanager",
    resource: "secret",
    resourceName: `${prefix}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Records and claims are read and changed, never deleted: versions go on counting. A read includes the realm's freeze. */
export function allowChangingItems(table: SharedState["table"], realm: string): PolicyStatement {
  return changing(table, `${realm}/*`, "dynamodb:BatchGetItem");
}

/** Pending consents, and no record. */
export function allowChangingPendingConsents(
  table: SharedState["table"],
  realm: string,
): PolicyStatement {
  return changing(table, `${realm}/~consent/*`);
}

function changing(
  table: SharedState["table"],
  keys: string,
  ...more: readonly string[]
): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:GetItem", "dynamodb:UpdateItem", ...more],
    resources: [table.tableArn],
    conditions: keysLike(keys),
  });
}

/** That a person was asked, which the status reads (functions/store/dynamodb-pending-consents.ts). */
export function allowTellingWhoWasAsked(
  table: SharedState["table"],
  realm: string,
): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:UpdateItem"],
    resources: [table.tableArn],
    conditions: keysLike(`${realm}/~asked/*`),
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

/** `Null` is needed because `ForAllValues` alone also matches a request without any key. */
function keysLike(pattern: string) {
  return {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [pattern] },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
}

export function allowSealingTokens(key: SharedState["sealingKey"], realm: string): PolicyStatement {
  return usingKey(key.keyArn, realm, "kms:GenerateDataKey", "kms:Decrypt");
}

/** A link's proof is sealed by the function that makes it, and opened by the one that completes the consent. */
export function allowMakingLinks(key: SharedState["sealingKey"], realm: string): PolicyStatement {
  return usingKey(key.keyArn, realm, "kms:GenerateDataKey");
}

/** What an earlier key has sealed, until everything is sealed again. Nothing new is sealed under it. */
export function allowOpeningTokens(keyArn: string, realm: string): PolicyStatement {
  return usingKey(keyArn, realm, "kms:Decrypt");
}

/** The encryption context holds the connection (functions/sealing/data-keys.ts). A request without one is denied. */
function usingKey(keyArn: string, realm: string, ...actions: string[]): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [keyArn],
    conditions: {
      StringLike: { "kms:EncryptionContext:connection": `${realm}/*` },
      Null: { "kms:EncryptionContext:connection": "false" },
    },
  });
}

/** The index's partition key is the realm: a query for another realm is denied. */
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

export function allowSendingFailures(failures: Pick<IQueue, "queueArn">): PolicyStatement {
  return new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failures.queueArn] });
}

/** The keys of all connections of all realms, and nothing else even if the index were to hold more. */
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

/**
 * The status attributes of a record, and others beside them. A read that names no attributes would return all of them, so it
 * is denied.
 */
export function allowReadingStatus(
  table: SharedState["table"],
  actions: readonly ("dynamodb:GetItem" | "dynamodb:BatchGetItem")[],
  besides: readonly string[] = [],
): PolicyStatement {
  return new PolicyStatement({
    actions: [...actions],
    resources: [table.tableArn],
    conditions: {
      "ForAllValues:StringEquals": {
        "dynamodb:Attributes": [...new Set([...statusAttributes, ...besides])],
      },
      // Only Query and Scan always send this key.
      StringEqualsIfExists: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      Null: { "dynamodb:Attributes": "false" },
    },
  });
}
