import { RemovalPolicy, SecretValue, Validations } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { ListedRealm } from "../realm-list.ts";

/**
 * The secret of one connection, kept when the stack is deleted. Its members are empty until an operator fills them in.
 * A vend before that fails with `secret-malformed`, without a request to the provider.
 */
export class ConnectionSecret extends Secret {
  constructor(scope: Construct, id: string, realm: ListedRealm, account: string) {
    // Deployed once: where a declaration changed these, CloudFormation would overwrite what operators have filled in.
    const { requiredMembers } = declarationOf(realm.settings.provider);
    const members = requiredMembers.map((name) => [name, ""]);
    super(scope, id, {
      secretName: `token-vending/${realm.name}/${account}`,
      description: `What ${realm.name}/${account} issues with`,
      secretStringValue: SecretValue.unsafePlainText(JSON.stringify(Object.fromEntries(members))),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this).acknowledge({
      id: "AwsSolutions::AwsSolutions-SMG4",
      reason: "The provider issues this credential: only the account's owner there can rotate it.",
    });
  }
}
