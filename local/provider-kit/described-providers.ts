import { realmName } from "../../functions/model/connection.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { fillSecrets } from "../fill-secrets.ts";
import type { LocalRealm } from "../local-realm.ts";
import type { Providers } from "../providers.ts";
import type { SecretSeeder } from "../secret-seeder.ts";

/** What a team's tests need to know of the simulated providers, by `provider/environment`. */
export interface DescribedProviders {
  readonly realms: Readonly<Record<string, DescribedProvider>>;
  /** PEM: the authority of ConnectPay's servers. */
  readonly certificateAuthority: string;
}

interface DescribedProvider {
  /** Its addresses, as a realm of token vending has them. */
  readonly settings: RealmInput;
  /** The credentials that it accepts, as a secret of token vending has them. */
  readonly secret: object;
  /** Answers 200 to a live credential. */
  readonly apiUrl: string;
  /** What can be done with it: docs/provider-kit.md. */
  readonly controlUrl: string;
  /** Who can consent there. */
  readonly user?: { readonly login: string; readonly password: string };
}

/** Registers credentials at the providers, the same every time, and describes them. */
export async function describeProviders(
  providers: Providers,
  redirectUriOf: (realm: string) => string,
): Promise<DescribedProviders> {
  const secrets = new Map<string, object>();
  await fillSecrets(knownSecrets(secrets), providers, redirectUriOf);
  const described = providers.realms.map((realm): [string, DescribedProvider] => {
    const name = realmName(realm.settings);
    const secret = secrets.get(`token-vending/${name}/default`) ?? {};
    return [name, describe(realm, secret)];
  });
  return {
    realms: Object.fromEntries(described),
    certificateAuthority: providers.certificateAuthority,
  };
}

function describe({ settings, pingUrl, simulator, user }: LocalRealm, secret: object) {
  const { login = "", password = "" } = user ?? {};
  return {
    ...{ settings, secret, apiUrl: pingUrl, controlUrl: simulator.url },
    ...(user ? { user: { login, password } } : {}),
  };
}

/** Keeps in memory what Secrets Manager would. A member's value says what it is. */
function knownSecrets(secrets: Map<string, object>): SecretSeeder {
  const put = <T extends object>(name: string, value: T): T => {
    secrets.set(name, value);
    return value;
  };
  return {
    create: async () => {},
    async getOrGenerate<T extends object>(name: string, generate: () => T): Promise<T> {
      const [, ...realm] = name.split("/");
      const known = Object.keys(generate()).map((member) => [
        member,
        `simulated-${member}-${realm.slice(0, 2).join("-")}`,
      ]);
      return put(name, Object.fromEntries(known) as T);
    },
    add: async (name, value) => put(name, value),
    rotate: async (name, value) => void put(name, value),
  };
}
