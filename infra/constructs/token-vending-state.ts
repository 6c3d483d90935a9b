import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import type { RealmEntry } from "../realm-list.ts";
import { readRealms } from "../realm-list.ts";
import { ConnectionSecret } from "./connection-secret.ts";
import { SealingKey } from "./sealing-key.ts";
import { sealingKeyParameter } from "./shared-state.ts";
import { TokenTable } from "./token-table.ts";

/** What outlives every deployment: the table, the key that seals what is in it, and the connections' secrets. */
export class TokenVendingState extends Construct {
  readonly table: TokenTable;
  readonly sealingKey: SealingKey;

  constructor(scope: Construct, id: string, realms: readonly RealmEntry[]) {
    super(scope, id);
    this.table = new TokenTable(this, "Tokens");
    this.sealingKey = new SealingKey(this, "SealingKey");
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
