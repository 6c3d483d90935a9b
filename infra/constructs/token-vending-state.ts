import { RemovalPolicy } from "aws-cdk-lib";
import { Alias, Key } from "aws-cdk-lib/aws-kms";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import type { DeploymentNames } from "../deployment-names.ts";
import type { ListedRealm, RealmEntry } from "../realm-list.ts";
import { readRealms } from "../realm-list.ts";
import { ConnectionSecret } from "./connection-secret.ts";
import { sealingKeyPolicy } from "./sealing-key-policy.ts";
import { TokenTable } from "./token-table.ts";

/** The resources that outlive every deployment: the token table, the key that encrypts its tokens, and the secrets. */
export class TokenVendingState extends Construct {
  readonly table: TokenTable;
  readonly sealingKey: Key;

  constructor(scope: Construct, id: string, realms: readonly RealmEntry[], names: DeploymentNames) {
    super(scope, id);
    this.table = new TokenTable(this, "Tokens", names.table);
    if (this.table.tableStreamArn) {
      new StringParameter(this, "TableStreamArn", {
        description: "The stream of the token table",
        parameterName: names.tableStreamParameter,
        stringValue: this.table.tableStreamArn,
      });
    }
    // Kept as long as the table: without it none of the stored tokens can be decrypted.
    this.sealingKey = new Key(this, "SealingKey", {
      description: "Seals the tokens in the token table",
      enableKeyRotation: true,
      policy: sealingKeyPolicy(),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Both are kept with the key: without them nobody finds it.
    const pointer = new StringParameter(this, "SealingKeyArn", {
      description: "Seals the tokens of token vending",
      parameterName: names.sealingKeyParameter,
      stringValue: this.sealingKey.keyArn,
    });
    pointer.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const alias = new Alias(this, "SealingKeyAlias", {
      aliasName: names.keyAlias,
      targetKey: this.sealingKey,
    });
    alias.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    const listed = readRealms(realms);
    requireRoomFor(listed);
    for (const realm of listed) {
      for (const account of realm.accounts) {
        new ConnectionSecret(this, `Secret ${realm.name}/${account}`, realm, account, names);
      }
    }
  }
}

/** CloudFormation allows 500 resources a stack; the rest is for what else the state is, now and in later releases. */
export const maxListedSecrets = 450;

function requireRoomFor(realms: readonly ListedRealm[]): void {
  const count = realms.reduce((sum, { accounts }) => sum + accounts.length, 0);
  if (count <= maxListedSecrets) return;
  throw new Error(
    `infra/realms.ts lists ${count} accounts, and one stack makes at most ${maxListedSecrets} secrets. List fewer \`accounts\` (none: []): an account works without being listed, and \`npm run vend -- secret put\` makes its secret.`,
  );
}
