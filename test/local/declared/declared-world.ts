import { expect, onTestFinished } from "vitest";
import { realmName } from "../../../functions/model/connection.ts";
import type { GrantCredential } from "../../../functions/model/consent.ts";
import type { Issued, NotIssued, Provider } from "../../../functions/model/provider.ts";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { nodeHttp } from "../../../functions/platform/http-request.ts";
import { systemClock } from "../../../functions/platform/system-clock.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { providerOf, readRealm } from "../../../functions/providers/catalogue.ts";
import type { RealmEntry } from "../../../infra/realm-list.ts";
import { readRealms } from "../../../infra/realm-list.ts";
import type { LocalSecret } from "../../../local/declared/declared-realm.ts";
import { startDeclaredRealms } from "../../../local/declared/declared-realms.ts";
import type { LocalRealm } from "../../../local/local-realm.ts";
import type { PlayedRealms } from "../../../local/played-realms.ts";
import type { SecretSeeder } from "../../../local/secret-seeder.ts";
import { loopbackOnly } from "../../support/network-policies.ts";

/** Where a browser is sent back to. */
export const callback = "https://vend.example/callback";

/** One declared realm, the server that was made of it, and the product's own provider for it. */
export interface DeclaredWorld {
  readonly realm: LocalRealm;
  readonly played: PlayedRealms;
  readonly seeder: SecretSeeder;
  /** By the names of Secrets Manager. */
  readonly secrets: Map<string, LocalSecret>;
  providerOf(changed?: Partial<RealmInput>): Provider;
  secret(): Sensitive;
  /** Requests a token as declared, or with other settings, or with other members of the secret. */
  issue(changed?: Changed): Promise<Issued | NotIssued>;
}

interface Changed {
  readonly settings?: Partial<RealmInput>;
  readonly secret?: LocalSecret;
  readonly credential?: GrantCredential;
}

export async function declaredWorld(
  entry: RealmEntry,
  kept: LocalSecret = {},
): Promise<DeclaredWorld> {
  const secrets = new Map<string, LocalSecret>();
  const name = `token-vending/${realmName(entry)}/default`;
  if (Object.keys(kept).length > 0) secrets.set(name, kept);
  const seeder = inMemory(secrets);
  const played = await startDeclaredRealms(readRealms([entry]), {});
  onTestFinished(played.stop);
  await played.fillSecrets(seeder, () => callback);
  const [realm = expect.fail("no realm")] = played.realms;
  const send = nodeHttp(systemClock, loopbackOnly);
  const context = { send, clock: systemClock, newRequestId: () => crypto.randomUUID() };
  const providerWith = (changed: Partial<RealmInput> = {}) =>
    providerOf(readRealm(JSON.stringify({ ...realm.settings, ...changed })), context);
  const secret = (changed: LocalSecret = {}) =>
    new Sensitive(JSON.stringify({ ...secrets.get(name), ...changed }));
  return {
    ...{ realm, played, seeder, secrets, secret },
    providerOf: providerWith,
    async issue(changed = {}) {
      const issuer = await providerWith(changed.settings).issuer();
      const grant = issuer.openGrant(secret(changed.secret), changed.credential ?? null);
      return grant.issue(AbortSignal.timeout(20_000));
    },
  };
}

function inMemory(secrets: Map<string, LocalSecret>): SecretSeeder {
  const put = <T extends object>(name: string, value: T): T => {
    secrets.set(name, value as unknown as LocalSecret);
    return value;
  };
  return {
    create: async () => {},
    getOrGenerate: async <T extends object>(name: string, generate: () => T) =>
      (secrets.get(name) as T | undefined) ?? put(name, generate()),
    add: async (name, value) => put(name, value),
    rotate: async (name, value) => void put(name, value),
  };
}
