import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { readRealm } from "../../functions/platform/environment.ts";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import { Realm } from "../constructs/realm.ts";
import { SealingKey } from "../constructs/sealing-key.ts";
import { TokenTable } from "../constructs/token-table.ts";

interface TokenVendingStackProps extends StackProps {
  readonly realms: readonly RealmInput[];
  /** Holds the bundle of each function, in a folder of its name. */
  readonly bundlesFolder: string;
}

/** The token table, the key that seals what is in it and, for each realm, a function that vends and one that renews. */
export class TokenVendingStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { realms, bundlesFolder, ...props }: TokenVendingStackProps,
  ) {
    super(scope, id, props);
    const table = new TokenTable(this, "Tokens");
    const sealingKey = new SealingKey(this, "SealingKey");
    for (const [name, realm] of named(realms)) {
      new Realm(this, name, { realm, table, sealingKey, bundlesFolder });
    }
  }
}

/** The realms by their names. Fails as the functions would at their start, naming realm and key; also for a twin. */
function named(realms: readonly RealmInput[]): Map<string, RealmInput> {
  const byName = new Map<string, RealmInput>();
  for (const [index, realm] of realms.entries()) {
    const name = nameOf(realm) ?? `the realm at position ${index + 1}`;
    try {
      readRealm(JSON.stringify(realm));
    } catch (error) {
      throw new Error(`infra/realms.ts, ${name}: ${error}`, { cause: error });
    }
    if (byName.has(name)) throw new Error(`infra/realms.ts: ${name} is listed twice.`);
    byName.set(name, realm);
  }
  return byName;
}

/** Null for what has no name: the list may have been written without the compiler. */
function nameOf(realm: Partial<RealmInput> | null): string | null {
  if (!realm?.provider || !realm.environment) return null;
  return `${realm.provider}/${realm.environment}`;
}
