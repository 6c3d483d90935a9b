import { RemovalPolicy } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import type { ListedRealm, RealmEntry } from "../realm-list.ts";
import { readRealms } from "../realm-list.ts";
import { ConnectionSecret } from "./connection-secret.ts";
import { sealingKeyPolicy } from "./sealing-key-policy.ts";
import { sealingKeyParameter } from "./shared-state.ts";
import { TokenTable } from "./token-table.ts";

/** The resources that outlive every deployment: the token table, the key that encrypts its tokens, and the secrets. */
export class TokenVendingState extends Construct {
  readonly table: TokenTable;
  readonly sealingKey: Key;

  constructor(scope: Construct, id: string, realms: readonly RealmEntry[]) {
    super(scope, id);
    this.table = new TokenTable(this, "Tokens");
    // Kept as long as the table: without it none of the stored tokens can be decrypted.
    this.sealingKey = new Key(this, "SealingKey", {
      description: "Seals the tokens in the token table",
      enableKeyRotation: true,
      policy: sealingKeyPolicy(),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new StringParameter(this, "SealingKeyArn", {
      description: "Seals the tokens of token vending",
      parameterName: sealingKeyParameter,
      stringValue: this.sealingKey.keyArn,
    });
    const listed = readRealms(realms);
    requireRoomFor(listed);
    for (const realm of listed) {
      for (const account of realm.accounts) {
        new ConnectionSecret(this, `Secret ${realm.name}/${account}`, realm, account);
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
