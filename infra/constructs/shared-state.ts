import { Stack } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import { tokenTableName } from "./token-table.ts";

/** For the time of a change (docs/operations.md#rotating-the-sealing-key, docs/deploying.md#upgrading). */
export interface SealingChange {
  /** The ARN of a KMS key under which tokens may still be sealed. */
  readonly previousKeyArn?: string | undefined;
  /** In which layout tokens are sealed, if not in the latest: so that an earlier release can open them. */
  readonly layout?: "1" | undefined;
}

/** The resources that the functions of all realms share. `TokenVendingState` implements it. */
export interface SharedState {
  readonly table: Pick<ITable, "tableArn" | "tableName">;
  readonly sealingKey: Pick<IKey, "keyArn">;
  readonly sealingChange?: SealingChange | undefined;
}

/** The SSM parameter for the key's ARN: unlike a table, a key has no name that is known beforehand. */
export const sealingKeyParameter = "/token-vending/sealing-key";

/**
 * The state of another stack, imported by name, so that neither stack blocks the other
 * (docs/decisions/0018-two-stacks.md).
 */
export function importSharedState(
  scope: Construct,
  tableName: string = tokenTableName,
  sealingChange: SealingChange = {},
): SharedState {
  const tableArn = Stack.of(scope).formatArn({
    service: "dynamodb",
    resource: "table",
    resourceName: tableName,
  });
  return {
    table: { tableArn, tableName },
    sealingChange,
    sealingKey: { keyArn: StringParameter.valueForStringParameter(scope, sealingKeyParameter) },
  };
}
