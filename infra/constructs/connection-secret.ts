import { CfnDeletionPolicy, Validations } from "aws-cdk-lib";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { DeploymentNames } from "../deployment-names.ts";
import type { ListedRealm } from "../realm-list.ts";

/**
 * The secret of one connection, without a value and kept when the stack is deleted. Its value is put by
 * `npm run vend -- secret put`; a vend before that fails with `secret-malformed`, without a request to the provider.
 *
 * The template must state neither a value nor what a value consists of: CloudFormation makes a new version of the secret
 * whenever such a property changes, over what operators have put (docs/decisions/0045-secrets-without-a-value.md). CDK's
 * `Secret` would have a password generated.
 */
export class ConnectionSecret extends Construct {
  constructor(
    scope: Construct,
    id: string,
    realm: ListedRealm,
    account: string,
    names: DeploymentNames,
  ) {
    super(scope, id);
    // With this id it has the logical id of earlier releases: another one would be created, and its name is taken.
    const secret = new CfnSecret(this, "Resource", {
      name: `${names.secretPrefix(realm.name)}${account}`,
      description: `What ${realm.name}/${account} issues with`,
    });
    secret.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
    secret.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    Validations.of(this).acknowledge({
      id: "AwsSolutions::AwsSolutions-SMG4",
      reason: "The provider issues this credential: only the account's owner there can rotate it.",
    });
  }
}
