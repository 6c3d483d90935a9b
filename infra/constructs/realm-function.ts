import { Validations } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { FunctionVariables } from "../../functions/platform/environment.ts";
import type { DeploymentNames, RealmFunctionName } from "../deployment-names.ts";
import type { ListedRealm } from "../realm-list.ts";
import type { BundledFunctionProps } from "./bundled-function.ts";
import { BundledFunction } from "./bundled-function.ts";
import { denyThawing } from "./freeze-permissions.ts";
import {
  allowChangingItems,
  allowChangingPendingConsents,
  allowMakingLinks,
  allowOpeningTokens,
  allowReadingSecrets,
  allowSealingTokens,
  allowTellingWhoWasAsked,
} from "./permissions.ts";
import type { SharedState } from "./shared-state.ts";

export interface RealmFunctionProps
  extends Omit<BundledFunctionProps, "environment" | "functionName"> {
  readonly entry: RealmFunctionName;
  readonly names: DeploymentNames;
  readonly realm: ListedRealm;
  readonly state: SharedState;
  /** Environment variables besides the common ones. */
  readonly variables?: Readonly<Record<string, string>>;
  /** False for a function that makes links only: it can reach no record, and decrypt nothing. */
  readonly handlesTokens?: boolean;
}

/**
 * A function of one realm. It can read this realm's secrets, change its items and decrypt its tokens, and no others.
 */
export class RealmFunction extends BundledFunction {
  constructor(scope: Construct, id: string, props: RealmFunctionProps) {
    const { realm, names, state, variables, handlesTokens = true, ...bundled } = props;
    const { previousKeyArn, layout } = state.sealingChange ?? {};
    const secretPrefix = names.secretPrefix(realm.name);
    const common: FunctionVariables = {
      TABLE_NAME: state.table.tableName,
      REALM: JSON.stringify(realm.settings),
      SECRET_PREFIX: secretPrefix,
      SEALING_KEY: state.sealingKey.keyArn,
      ...(previousKeyArn ? { PREVIOUS_SEALING_KEY: previousKeyArn } : {}),
      ...(layout ? { SEALING_LAYOUT: layout } : {}),
    };
    const functionName = names.realmFunction(realm.name, props.entry);
    super(scope, id, { ...bundled, functionName, environment: { ...common, ...variables } });
    this.addToRolePolicy(allowReadingSecrets(this, secretPrefix));
    if (this.role) acknowledgeSecretWildcard(this.role, secretPrefix);
    if (!handlesTokens) {
      this.addToRolePolicy(allowChangingPendingConsents(state.table, realm.name));
      this.addToRolePolicy(allowTellingWhoWasAsked(state.table, realm.name));
      this.addToRolePolicy(allowMakingLinks(state.sealingKey, realm.name));
      return;
    }
    this.addToRolePolicy(allowChangingItems(state.table, realm.name));
    for (const denial of denyThawing(state.table, realm.name)) this.addToRolePolicy(denial);
    this.addToRolePolicy(allowSealingTokens(state.sealingKey, realm.name));
    if (previousKeyArn) this.addToRolePolicy(allowOpeningTokens(previousKeyArn, realm.name));
  }
}

function acknowledgeSecretWildcard(role: IRole, prefix: string): void {
  const arn = `arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${prefix}*`;
  Validations.of(role).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::${arn}]`,
    reason: "Accounts can be added without a deployment: a secret's name begins with its realm.",
  });
}
