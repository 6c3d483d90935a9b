import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { PendingConsents } from "../../functions/model/pending-consents.ts";
import type { RenewalIndex } from "../../functions/model/renewal-index.ts";
import type { SecretSource } from "../../functions/model/secret-source.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import type { Breakage } from "../support/breakage.ts";
import { brokenCommand } from "../support/breakage.ts";
import { checkedStore } from "../support/checked-store.ts";
import type { ExploredProcess } from "./explored-process.ts";
import { openedAs, sealedWith } from "./explored-sealing.ts";
import { exploredGrant, flowOf } from "./provider-requests.ts";
import type { Effect, Request } from "./request.ts";
import { tableRequest } from "./table-request.ts";
import type { ExploredWorld } from "./world.ts";
import { limits, realm } from "./world.ts";

/** What a process is given: the real adapters of the table, and everything else as requests that the explorer owns. */
export function exploredDependencies(
  world: ExploredWorld,
  process: ExploredProcess,
  breakage: Breakage,
): {
  dependencies: Dependencies;
  index: RenewalIndex;
  pendingConsents: PendingConsents;
} {
  const { policy } = world.nature;
  const client = {
    send: (command: object, { abortSignal = never }: { abortSignal?: AbortSignal } = {}) =>
      process.send(tableRequest(world, process, brokenCommand(breakage, command)), abortSignal),
  } as unknown as DynamoDBClient;
  const write = (event: string, fields: Readonly<Record<string, unknown>>) => {
    const { fingerprint } = fields;
    if (typeof fingerprint === "string") world.named.add(fingerprint);
    world.note(() => `${process.name} logs ${event}`);
  };
  const log = { info: write, warn: write, error: write };
  let owners = 0;
  const metrics = { record: () => {} };
  const readRecord = recordReader({
    clock: process.clock,
    log,
    metrics,
    process: process.name,
  });
  const dependencies: Dependencies = {
    realm,
    limits,
    provider: {
      policy,
      presentation: { headerName: "Authorization", scheme: null },
      issuer: async () => ({
        openGrant: (secret, credential) =>
          exploredGrant(world, process, secret.expose(), credential),
      }),
      consent: policy.renewal === "by-consent" ? async () => flowOf(world, process) : null,
    },
    store: checkedStore(
      dynamoDbTokenStore(
        sdkItemTable(client, "tokens"),
        readRecord,
        realmFreezeCache(process.clock, log),
      ),
      (what) => world.promises.require(false, `P7: ${what}`),
      () => world.isRepeating,
    ),
    secrets: secretsOf(world, process),
    sealer: {
      prepare: (_, signal) =>
        process.send(
          keyRequest("prepares a data key", () => {}),
          signal,
        ),
      seal: (token, as, signal) =>
        process.send(
          keyRequest(`seals ${token.expose()}`, () => sealedWith(world.key, token, as)),
          signal,
        ),
      open: (sealed, as, signal) => {
        const opened = openedAs(sealed, as);
        return process.send(
          keyRequest(`opens ${opened?.expose() ?? "nothing"}`, () => opened),
          signal,
        );
      },
    },
    clock: process.clock,
    log,
    metrics,
    random: () => 0.5,
    processName: process.name,
    newOwner: () => {
      owners += 1;
      return `${process.name}.${owners}`;
    },
    fingerprint: (text) => text,
  };
  const index = dynamoDbRenewalIndex(client, "tokens");
  const pendingConsents = dynamoDbPendingConsents(client, "tokens", realm);
  return { dependencies, index, pendingConsents };
}

const never = new AbortController().signal;

/** KMS knows nothing of the others: its requests only take time, or fail. */
function keyRequest<T>(what: string, answer: () => T): Request<T> {
  const failed = { error: new VendingError("store-unavailable", "KMS did not answer.", 1) };
  return {
    to: "kms",
    what,
    content: () => what,
    perform: () => ({ outcome: { value: answer() }, touches: [], mark: () => "", tell: () => "" }),
    hasEffect: () => false,
    bringsNews: () => true,
    dependsOn: [],
    failure: () => failed,
  };
}

function secretsOf(world: ExploredWorld, process: ExploredProcess): SecretSource {
  let cached: { version: string; readAt: number } | null = null;
  const failed = { error: new VendingError("secret-unavailable", "No answer.", 1) };
  const request: Request<string> = {
    to: "secret",
    what: "reads the secret",
    content: () => "",
    perform: () => readSecret(world),
    hasEffect: () => false,
    bringsNews: () => true,
    dependsOn: [],
    failure: () => failed,
  };
  return {
    async read(_, maxAgeMs, signal) {
      const now = process.clock.now().getTime();
      if (!cached || now - cached.readAt >= maxAgeMs) {
        cached = { version: await process.send(request, signal), readAt: now };
        process.latestSecret = cached.version;
      }
      return { text: new Sensitive(cached.version), version: cached.version };
    },
  };
}

function readSecret({ secret }: ExploredWorld): Effect<string> {
  const unknown = new VendingError("unknown-connection", "There is no such secret.");
  const outcome = secret === null ? { error: unknown } : { value: secret };
  const tell = () => (secret === null ? "there is none" : `version ${secret}`);
  return { outcome, touches: [{ of: "secret", isWrite: false }], mark: tell, tell };
}
