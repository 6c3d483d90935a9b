import type { StackProps } from "aws-cdk-lib";
import { CfnParameter, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { readRealm } from "../../functions/platform/environment.ts";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import { Realm } from "../constructs/realm.ts";
import { TokenTable } from "../constructs/token-table.ts";

interface TokenVendingStackProps extends StackProps {
  readonly realms: readonly RealmInput[];
  /** Holds the bundle of each function, in a folder of its name. */
  readonly bundlesFolder: string;
}

/** The token table and, for each realm, a function that vends and one that renews on a schedule. */
export class TokenVendingStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { realms, bundlesFolder, ...props }: TokenVendingStackProps,
  ) {
    super(scope, id, props);
    const table = new TokenTable(this, "Tokens");
    const sealingKey = new CfnParameter(this, "SealingKey", {
      description: "local:<base64 of 32 random bytes>: seals the tokens in the table",
      noEcho: true,
      allowedPattern: "local:[A-Za-z0-9+/]{43}=",
    });
    for (const realm of realms) {
      const { provider, environment } = validated(realm);
      const id = `${provider}/${environment}`.replace(/(?:^|[^a-z0-9]+)([a-z0-9])/g, upperCased);
      new Realm(this, id, {
        realm,
        table,
        bundlesFolder,
        sealingKey: sealingKey.valueAsString,
      });
    }
  }
}

/** Fails at synthesis as the function would at its start, naming the realm and the key. */
function validated(realm: RealmInput): RealmInput {
  try {
    readRealm(JSON.stringify(realm));
    return realm;
  } catch (error) {
    const name = `${realm.provider}/${realm.environment}`;
    throw new Error(`infra/realms.ts, ${name}: ${error}`, { cause: error });
  }
}

function upperCased(_: string, letter: string): string {
  return letter.toUpperCase();
}
