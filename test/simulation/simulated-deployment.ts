import type { Connection } from "../../functions/model/connection.ts";
import type { ConsentFlow } from "../../functions/model/consent.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import type { Issuer } from "../../functions/model/provider.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { earlierReleaseStore } from "./earlier-release.ts";
import { simulatedSealer, simulatedSecrets } from "./simulated-ports.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { ProviderFault } from "./simulated-provider.ts";
import type { SimulatedStage } from "./simulated-stage.ts";
import { realmIds } from "./simulated-stage.ts";
import type { TableFault } from "./simulated-table.ts";

export function tableClientOf(world: SimulatedStage, process: SimulatedProcess) {
  const { tableFaults, hasZombies } = world.scenario.trouble;
  const kinds: TableFault[] = ["unavailable", "answer-lost", "repeated"];
  if (hasZombies) kinds.push("late");
  const latencyMs = () => 2 + world.random() * 8;
  return world.table.clientOf(process, latencyMs, () =>
    world.mishap<TableFault>(tableFaults, kinds, "none"),
  );
}

export function dependenciesOf(
  world: SimulatedStage,
  process: SimulatedProcess,
  realm: number,
  startsAt: number,
): Dependencies {
  const { deadlineMs, trouble, connections } = world.scenario;
  const random = world.random;
  let owners = 0;
  const { clock, name } = process;
  const note = (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
    world.note(`${name}: ${event}`);
    world.heard.logged(fields["fingerprint"]);
    if (event === "record-damaged")
      world.invariantsOf(fields["connection"] as Connection).foundDamage();
  };
  const log = { info: note, warn: note, error: note };
  const metrics = { record: () => {} };
  const accounts = connections.filter((of) => of.realm === realm).map(({ account }) => account);
  const port = (probability: number) => ({
    process,
    random,
    fails: () => world.mishap(probability, [true], false),
  });
  const policy = world.policyOf(realm, startsAt);
  const client = tableClientOf(world, process);
  const readRecord = recordReader({ clock, log, metrics, process: name });
  const store = dynamoDbTokenStore(
    sdkItemTable(client, "tokens"),
    readRecord,
    realmFreezeCache(clock, log),
  );
  const intact: Dependencies = {
    realm: realmIds[realm] ?? realmIds[0],
    limits: { deadlineMs, marginMs: 1000 },
    provider: {
      policy,
      presentation: { headerName: "Authorization", scheme: null },
      issuer: async () => issuerOf(world, process, realm),
      consent: policy.renewal === "by-consent" ? async () => flowOf(world, process, realm) : null,
    },
    store: process.isEarlier ? earlierReleaseStore(client, readRecord, store.read) : store,
    secrets: simulatedSecrets(
      port(trouble.secretFaults),
      new Set([...accounts, "default"]),
      () => world.secretVersion,
    ),
    // As docs/deploying.md has it, while an earlier release uses the same table.
    sealer: simulatedSealer(
      port(trouble.keyFaults),
      trouble.keyMs,
      trouble.earlierProcess === null ? 2 : 1,
    ),
    ...{ clock, log, metrics, random },
    processName: name,
    newOwner: () => {
      owners += 1;
      return `${name}.${owners}`;
    },
    fingerprint: (text) => text,
  };
  return world.breakage.deps?.(intact) ?? intact;
}

/** A code or a refresh token names its account, and so does a secret. */
function issuerOf(world: SimulatedStage, process: SimulatedProcess, realm: number): Issuer {
  const { providerFaults, actsLate } = world.scenario.trouble;
  const kinds: ProviderFault[] = ["slow", "lost", "unreachable", "throttled", "failing"];
  kinds.push("malformed");
  if (actsLate) kinds.push("late");
  const nextFault = () => world.mishap<ProviderFault>(providerFaults, kinds, "none");
  return {
    openGrant: (secret, authority) => {
      const [ofSecret = "", version = ""] = secret.expose().split(":");
      const used =
        authority?.kind === "code" ? authority.code.expose() : authority?.refreshToken.expose();
      const account = used?.split("@")[1] ?? ofSecret;
      const { id, provider } = world.named(realm, account);
      provider.goodSecret = world.goodSecret;
      const way = { process, connection: id, random: world.random, nextFault };
      return provider.grantFor(way, version, authority);
    },
  };
}

function flowOf(world: SimulatedStage, process: SimulatedProcess, realm: number): ConsentFlow {
  const revoke: ConsentFlow["revoke"] = async (_, { kind, token }, signal) => {
    await process.io(20 + world.random() * 50, signal);
    // Nothing here asks what a consent's access token is worth.
    if (kind === "refresh-token") {
      const [, account = ""] = token.expose().split("@");
      world.named(realm, account).grants.revoke(token.expose());
    }
    return { isRevoked: true, answer: "answered 200" };
  };
  return { revoke } as ConsentFlow;
}
