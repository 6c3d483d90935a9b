import { Stack } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import { tokenTableName } from "./token-table.ts";

/** What the functions of all realms share; a `TokenVendingState` is one. */
export interface SharedState {
  readonly table: Pick<ITable, "tableArn" | "tableName">;
  readonly sealingKey: Pick<IKey, "keyArn">;
}

/** Where the state's stack writes the key's ARN down: a key has no name that one could know before. */
export const sealingKeyParameter = "/token-vending/sealing-key";

/** The state of another stack, by its names: no stack holds the other back (docs/decisions/0018-two-stacks.md). */
export function importSharedState(scope: Construct): SharedState {
  const tableArn = Stack.of(scope).formatArn({
    service: "dynamodb",
    resource: "table",
    resourceName: tokenTableName,
  });
  return {
    table: { tableArn, tableName: tokenTableName },
    sealingKey: { keyArn: StringParameter.valueForStringParameter(scope, sealingKeyParameter) },
  };
}
