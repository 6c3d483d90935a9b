import { Stack } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import type { DeploymentNames } from "../deployment-names.ts";

/** For the time of a change (docs/operations.md#rotating-the-sealing-key, docs/deploying.md#upgrading). */
interface SealingChange {
  /** The ARN of a KMS key under which tokens may still be sealed. */
  readonly previousKeyArn?: string | undefined;
  /** In which layout tokens are sealed, if not in the latest: so that an earlier release can open them. */
  readonly layout?: "1" | undefined;
}

export type SharedTable = Pick<ITable, "tableArn" | "tableName">;

/** The resources that the functions of all realms share. */
export interface SharedState {
  readonly table: SharedTable;
  readonly sealingKey: Pick<IKey, "keyArn">;
  readonly sealingChange?: SealingChange | undefined;
}

export interface StateProps {
  readonly names: DeploymentNames;
  /** The table to use instead of the state stack's own: one that was restored from a backup. */
  readonly tableName?: string | undefined;
  /** The ARN of that table's stream. Without it nothing is published of what happens there. */
  readonly tableStreamArn?: string | undefined;
  readonly sealingChange?: SealingChange | undefined;
}

/**
 * The state of the state stack, imported by name, so that no stack blocks another (docs/decisions/0018-two-stacks.md).
 */
export function importSharedState(scope: Construct, props: StateProps): SharedState {
  const { names, sealingChange = {} } = props;
  const keyArn = StringParameter.valueForStringParameter(scope, names.sealingKeyParameter);
  return { table: importSharedTable(scope, props), sealingChange, sealingKey: { keyArn } };
}

export function importSharedTable(
  scope: Construct,
  { names, tableName = names.table }: StateProps,
): SharedTable {
  const tableArn = Stack.of(scope).formatArn({
    service: "dynamodb",
    resource: "table",
    resourceName: tableName,
  });
  return { tableArn, tableName };
}

/** The ARN of the table's stream; undefined for another table than the state stack's own, if it is not given. */
export function importTableStream(
  scope: Construct,
  { names, tableName = names.table, tableStreamArn }: StateProps,
): string | undefined {
  if (tableStreamArn !== undefined || tableName !== names.table) return tableStreamArn;
  return StringParameter.valueForStringParameter(scope, names.tableStreamParameter);
}
