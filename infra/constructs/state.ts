import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";

/** What the functions of all realms share; a `TokenVendingState` is one. */
export interface State {
  readonly table: Pick<ITable, "tableArn" | "tableName">;
  readonly sealingKey: Pick<IKey, "keyArn">;
}
