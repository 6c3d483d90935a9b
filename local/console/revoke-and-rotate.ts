import type { ProviderId } from "../../functions/providers/catalogue.ts";
import type { Incidents } from "../played-realms.ts";
import type { Providers } from "../providers.ts";
import type { SecretSeeder } from "../secret-seeder.ts";
import { generateValue } from "../secret-seeder.ts";
import type { Centrapay } from "../simulators/centrapay/centrapay.ts";

/** A provider with a client, whose secret can be replaced. */
interface ClientHolder {
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
}

interface KeyHolder {
  add(key: string): void;
  remove(key: string): void;
}

/** The members of a realm's secret, by their names. */
type SecretMembers = Readonly<Record<string, string>>;

/** Of the realm of each simulated provider. */
export function shippedIncidents(
  providers: Providers,
  secrets: SecretSeeder,
): Readonly<Record<ProviderId, Incidents>> {
  const { conferma, sendPayments, oauthServer, cfis, centrapay, keyServer } = providers;
  const { centrapayUser, connectPay, authorizationServer } = providers;
  const of = (realm: string) => secretOf(secrets, realm);
  /** Another issuer's token revokes ours. */
  const rivalry = (realm: string, scope: string, issue: (scope: string) => string) => async () =>
    void issue((await of(realm).read())[scope] ?? "");
  return {
    conferma: {
      revoke: rivalry("conferma/sandbox", "platformKey", conferma.issueAsSomeoneElse),
      rotate: () => rotateClient(of("conferma/sandbox"), conferma),
    },
    "send-payments": {
      revoke: rivalry("send-payments/sandbox", "clientId", sendPayments.issueAsSomeoneElse),
      rotate: () => rotateClient(of("send-payments/sandbox"), sendPayments),
    },
    "client-credentials": {
      revoke: async (token) => oauthServer.revoke(token),
      rotate: () => rotateClient(of("client-credentials/acme"), oauthServer),
    },
    cfis: ofKeys(of("cfis/staging"), "apiKey", {
      add: (apiKey) => void cfis.registerKey({ apiKey }),
      remove: cfis.revokeKey,
    }),
    "cfis-provisioning": ofKeys(of("cfis-provisioning/staging"), "partnerProvisioningToken", {
      add: (apiKey) => void cfis.registerKey({ apiKey, kind: "provisioning" }),
      remove: cfis.revokeKey,
    }),
    "centrapay-api-key": ofKeys(of("centrapay-api-key/test"), "apiKey", namedKeys(centrapay)),
    "static-key": ofKeys(of("static-key/acme"), "apiKey", {
      add: (key) => void keyServer.registerKey(key),
      remove: keyServer.revokeKey,
    }),
    "centrapay-user": ofConsents(of("centrapay-user/test"), centrapayUser),
    connectpay: ofConsents(of("connectpay/stage"), connectPay),
    "authorization-code": ofConsents(of("authorization-code/acme"), authorizationServer),
  };
}

interface RealmSecret {
  read(): Promise<SecretMembers>;
  put(members: SecretMembers): Promise<void>;
}

function secretOf(secrets: SecretSeeder, realm: string): RealmSecret {
  const name = `token-vending/${realm}/default`;
  return {
    read: () => secrets.getOrGenerate<SecretMembers>(name, () => ({})),
    put: (members) => secrets.rotate(name, members),
  };
}

async function rotateClient(secret: RealmSecret, holder: ClientHolder): Promise<void> {
  const old = await secret.read();
  const clientSecret = generateValue("secret");
  holder.rotateSecret(old["clientId"] ?? "", clientSecret, { keepOld: false });
  await secret.put({ ...old, clientSecret });
}

function ofKeys(secret: RealmSecret, member: string, keys: KeyHolder): Incidents {
  return {
    revoke: async () => keys.remove((await secret.read())[member] ?? ""),
    async rotate() {
      const old = await secret.read();
      const key = generateValue("key");
      keys.add(key);
      await secret.put({ ...old, [member]: key });
      keys.remove(old[member] ?? "");
    },
  };
}

/** A person withdraws the consent at the provider. */
function ofConsents(
  secret: RealmSecret,
  holder: ClientHolder & { endConsents(): void },
): Incidents {
  return {
    revoke: async () => holder.endConsents(),
    rotate: () => rotateClient(secret, holder),
  };
}

/** Centrapay disables a key by its name. */
function namedKeys(centrapay: Centrapay): KeyHolder {
  const account = "local";
  const names = new Map<string, string>();
  return {
    add(key) {
      const name = generateValue("name");
      names.set(key, name);
      centrapay.createKey(account, name, "merchant-terminal", key);
    },
    remove: (key) => centrapay.setKeyEnabled(account, names.get(key) ?? "vending", false),
  };
}
