import { generateValue } from "../secret-seeder.ts";
import { startConferma } from "../simulators/conferma/conferma.ts";
import type { Client } from "../simulators/kit/client-registry.ts";
import { startSendPayments } from "../simulators/send-payments/send-payments.ts";
import type {
  LocalSecret,
  RealmPlayer,
  SettingsOfProvider,
  StartPlayer,
} from "./declared-realm.ts";

export const playConferma: StartPlayer<SettingsOfProvider<"conferma">> = async (
  { basicEncoding },
  { lifetimeMs = 300_000, port },
) => {
  const server = await startConferma({ lifetimeMs, port, basicEncoding });
  const platformKeyOf = ({ platformKey = "" }: LocalSecret) => platformKey;
  return {
    ...tokenPlayer(server),
    makeUpSecret: async () => ({ ...newClient(), platformKey: generateValue("platform") }),
    fits: (kept) => Boolean(kept["clientSecret"] && kept["platformKey"]),
    register: (secret) =>
      server.registerClient({ ...clientIn(secret), platformKeys: [platformKeyOf(secret)] }),
    // A new token of the platform revokes ours.
    revoke: (_token, secret) => void server.issueAsSomeoneElse(platformKeyOf(secret)),
    // The platform stays.
    replace: (old, next) => replaceAt(server, old, next),
  };
};

export const playSendPayments: StartPlayer<SettingsOfProvider<"send-payments">> = async (
  _settings,
  { lifetimeMs = 300_000, port },
) => {
  const server = await startSendPayments({ lifetimeMs, port });
  return {
    ...tokenPlayer(server),
    makeUpSecret: async () => newClient(),
    fits: (kept) => Boolean(kept["clientSecret"]),
    register: (secret) => server.registerClient(clientIn(secret)),
    revoke: (_token, secret) => void server.issueAsSomeoneElse(clientIn(secret).clientId),
    replace: (old, next) => replaceAt(server, old, next),
  };
};

type TokenServer = Pick<RealmPlayer, "pingUrl"> &
  RealmPlayer["simulator"] & { readonly tokenUrl: string };

const tokenPlayer = (simulator: TokenServer) => ({
  ...{ simulator, pingUrl: simulator.pingUrl },
  addresses: { tokenUrl: simulator.tokenUrl, apiBaseUrl: simulator.url },
});

export const newClient = () => ({
  clientId: generateValue("client"),
  clientSecret: generateValue("secret"),
});

export const clientIn = ({ clientId = "", clientSecret = "" }: LocalSecret): Client => ({
  ...{ clientId, clientSecret },
});

interface SecretHolder {
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
}

export function replaceAt(holder: SecretHolder, old: LocalSecret, next: LocalSecret): void {
  holder.rotateSecret(clientIn(old).clientId, clientIn(next).clientSecret, { keepOld: false });
}
