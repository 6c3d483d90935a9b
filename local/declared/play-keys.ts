import { generateValue } from "../secret-seeder.ts";
import { startCentrapay } from "../simulators/centrapay/centrapay.ts";
import { startCfis } from "../simulators/cfis/cfis.ts";
import { startKeyServer } from "../simulators/oauth/key-server.ts";
import { apiHeadersOf } from "./api-headers.ts";
import type { RealmPlayer, SettingsOfProvider, StartPlayer } from "./declared-realm.ts";

export const playStaticKey: StartPlayer<SettingsOfProvider<"static-key">> = async (
  settings,
  { port },
) => {
  const { headerName, scheme, probePath } = settings;
  const { common: probeHeaders, of: apiHeaders, assign } = apiHeadersOf(settings);
  const server = await startKeyServer({
    ...{ headerName, scheme, probePath, port, apiHeaders, probeHeaders },
  });
  return keyPlayer(server, "apiKey", {
    add(key, account) {
      server.registerKey(key);
      assign(key, account);
    },
    remove: server.revokeKey,
  });
};

export const playCfis: StartPlayer<SettingsOfProvider<"cfis">> = async ({ environment }, tools) => {
  const server = await startCfis({ environment: stageOf(environment), port: tools.port });
  return keyPlayer(server, "apiKey", {
    add: (apiKey) => void server.registerKey({ apiKey }),
    remove: server.revokeKey,
  });
};

export const playCfisProvisioning: StartPlayer<SettingsOfProvider<"cfis-provisioning">> = async (
  { environment },
  { port },
) => {
  const server = await startCfis({ environment: stageOf(environment), port });
  return keyPlayer(server, "partnerProvisioningToken", {
    add: (apiKey) => void server.registerKey({ apiKey, kind: "provisioning" }),
    remove: server.revokeKey,
  });
};

export const playCentrapayKey: StartPlayer<SettingsOfProvider<"centrapay-api-key">> = async (
  _settings,
  { port },
) => {
  const server = await startCentrapay({ port });
  // Centrapay disables a key by its name.
  const names = new Map<string, string>();
  return keyPlayer(server, "apiKey", {
    add(key) {
      names.set(key, generateValue("name"));
      server.createKey("local", names.get(key) ?? "", "merchant-terminal", key);
    },
    remove: (key) => server.setKeyEnabled("local", names.get(key) ?? "", false),
  });
};

/** CFIS has two environments. */
const stageOf = (environment: string) => (environment === "production" ? "production" : "staging");

interface Keys {
  add(key: string, account: string): void;
  remove(key: string): void;
}

function keyPlayer(
  simulator: RealmPlayer["simulator"] & Pick<RealmPlayer, "pingUrl">,
  member: string,
  keys: Keys,
): RealmPlayer {
  return {
    ...{ simulator, pingUrl: simulator.pingUrl },
    addresses: { apiBaseUrl: simulator.url },
    makeUpSecret: async () => ({ [member]: generateValue("key") }),
    fits: (kept) => Boolean(kept[member]),
    register: (secret, _redirectUri, account) => keys.add(secret[member] ?? "", account),
    // Of that account alone.
    replace(old, next) {
      keys.add(next[member] ?? "", "default");
      keys.remove(old[member] ?? "");
    },
    revoke: (_token, secret) => keys.remove(secret[member] ?? ""),
  };
}
