import { RemovalPolicy } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import type { RealmEntry } from "../realm-list.ts";
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
    for (const realm of readRealms(realms)) {
      for (const account of realm.accounts) {
        new ConnectionSecret(this, `Secret ${realm.name}/${account}`, realm, account);
      }
    }
  }
}
