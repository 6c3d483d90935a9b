import { ActionError } from "../../cli/console/action-error.ts";
import { realmName } from "../../functions/model/connection.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import type { ListedRealm } from "../../infra/realm-list.ts";
import type { LocalRealm } from "../local-realm.ts";
import type { Incidents, PlayedRealms } from "../played-realms.ts";
import type { ProviderOptions } from "../providers.ts";
import type { SecretSeeder } from "../secret-seeder.ts";
import { createCertificateAuthority } from "../simulators/kit/certificates.ts";
import { WrongOption } from "../start-options.ts";
import type { LocalSecret, PlayerTools, RealmPlayer } from "./declared-realm.ts";
import { declaredAddress, foreignSetting, standIn } from "./local-addresses.ts";
import { playerOf } from "./players.ts";
import { unplayedSettings } from "./unplayed-settings.ts";

interface DeclaredRealm extends LocalRealm {
  readonly listed: ListedRealm;
  readonly player: RealmPlayer;
}

/** Starts a server for each realm, made from its declaration. Fails with a `WrongOption` if none can be played. */
export async function startDeclaredRealms(
  listed: readonly ListedRealm[],
  options: ProviderOptions,
  playing: typeof playerOf = playerOf,
): Promise<PlayedRealms> {
  const authority = await createCertificateAuthority("Authority of this machine");
  const realms: DeclaredRealm[] = [];
  const notPlayed: string[] = [];
  const stop = async () => void (await Promise.all(realms.map((realm) => realm.simulator.stop())));
  try {
    for (const [place, each] of listed.entries()) {
      const tools = { authority, ...placeOf(options, place) };
      const played = await startRealm(each, tools, playing);
      if (typeof played === "string") notPlayed.push(`${each.name}: ${played}`);
      else realms.push(played);
    }
    if (realms.length === 0)
      throw new WrongOption(`Nothing can be played.\n${notPlayed.join("\n")}`);
  } catch (error) {
    await stop();
    throw error;
  }
  for (const { listed: each } of realms) {
    const unplayed = unplayedSettings(each.settings);
    if (unplayed.length > 0) notPlayed.push(`${each.name}: ${unplayed.join(", ")}`);
  }
  return {
    ...{ realms, notPlayed, stop },
    beginAnew: realms.map(({ settings }) => realmName(settings)),
    certificateAuthority: authority.certificate,
    addresses: realms.flatMap(({ listed: { name, settings }, simulator }) => [
      [name, simulator.url] as const,
      ["", `plays ${declaredAddress(settings)}`] as const,
    ]),
    fillSecrets: async (secrets, redirectUriOf) => {
      for (const realm of realms) await fillSecretsOf(realm, secrets, redirectUriOf);
    },
    incidents: (secrets) => (realm) => incidentsAt(playerIn(realms, realm), secrets),
  };
}

/** Each realm has two ports: one is for servers that ask for certificates. */
function placeOf({ ports, lifetimeMs }: ProviderOptions, place: number) {
  const first = ports?.firstRealm ?? 0;
  const port = first === 0 ? 0 : first + 2 * place;
  const isPossible = port > 0 && port < 65_535;
  return { lifetimeMs, port: isPossible ? port : 0, serverPort: isPossible ? port + 1 : 0 };
}

/** Returns why it cannot be played, if so. */
async function startRealm(
  listed: ListedRealm,
  tools: PlayerTools,
  playing: typeof playerOf,
): Promise<DeclaredRealm | string> {
  const settings = readRealm(JSON.stringify(listed.settings));
  const player = await playing(settings.provider)?.(settings, tools);
  if (!player) return "nothing on this machine plays this provider";
  const local: RealmInput = standIn(listed.settings, player.addresses);
  const foreign = foreignSetting(readRealm(JSON.stringify(local)));
  if (foreign === undefined) return { ...player, settings: local, listed, player };
  await player.simulator.stop();
  return `nothing on this machine stands for the address in ${foreign}`;
}

async function fillSecretsOf(
  { listed, player, settings }: DeclaredRealm,
  secrets: SecretSeeder,
  redirectUriOf: (realm: string) => string,
): Promise<void> {
  const realm = realmName(settings);
  // What is vended at the start, and called from the console, is the account `default`.
  for (const account of new Set(["default", ...listed.accounts])) {
    const name = secretName(realm, account);
    const made = await player.makeUpSecret();
    await secrets.create(name);
    const kept = await secrets.getOrGenerate(name, () => made);
    const isKept = player.fits(kept);
    if (!isKept) await secrets.rotate(name, made);
    player.register(isKept ? kept : made, redirectUriOf(realm), account);
  }
}

function playerIn(realms: readonly DeclaredRealm[], { settings }: LocalRealm): DeclaredRealm {
  const found = realms.find((realm) => realmName(realm.settings) === realmName(settings));
  if (found) return found;
  throw new Error(`${realmName(settings)} is not played.`);
}

function incidentsAt({ player, settings }: DeclaredRealm, secrets: SecretSeeder): Incidents {
  const name = secretName(realmName(settings), "default");
  const read = () => secrets.getOrGenerate<LocalSecret>(name, () => ({}));
  return {
    revoke: async (token) => player.revoke(token, await read()),
    async rotate() {
      if (!player.replace)
        throw new ActionError("A public client has no secret that could be replaced.");
      const old = await read();
      // Who it is stays.
      const { clientId: _, username: __, ...proof } = await player.makeUpSecret();
      const next = { ...old, ...proof };
      player.replace(old, next);
      await secrets.rotate(name, next);
    },
  };
}

const secretName = (realm: string, account: string) => `token-vending/${realm}/${account}`;
