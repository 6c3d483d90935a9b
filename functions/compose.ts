import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Clock } from "./model/clock.ts";
import { realmName } from "./model/connection.ts";
import type { StatusReader } from "./model/connection-status.ts";
import type { Dependencies } from "./model/dependencies.ts";
import type { LinkOffers } from "./model/link-offers.ts";
import type { Log } from "./model/log.ts";
import type { Metrics } from "./model/metrics.ts";
import type { PendingConsents } from "./model/pending-consents.ts";
import type { SignProof } from "./model/proof.ts";
import type { RenewalIndex } from "./model/renewal-index.ts";
import type { Sealer } from "./model/sealer.ts";
import type { SecretSource, SecretVersions } from "./model/secret-source.ts";
import type { AwsConnection } from "./platform/aws-connection.ts";
import { connectToAws, failureCounter } from "./platform/aws-connection.ts";
import type { CorrectedClock } from "./platform/corrected-clock.ts";
import { correctedClock } from "./platform/corrected-clock.ts";
import type { EmfMetrics } from "./platform/emf-metrics.ts";
import { emfMetrics } from "./platform/emf-metrics.ts";
import type { Environment, Variables } from "./platform/environment.ts";
import { readEnvironment, readStatusEnvironment } from "./platform/environment.ts";
import type { SendHttp } from "./platform/http-request.ts";
import { jsonLog } from "./platform/json-log.ts";
import { onFirstUse } from "./platform/on-first-use.ts";
import {
  checkDeployedEnvironment,
  checkDeployedVariables,
  isDeployed,
} from "./platform/start-up-checks.ts";
import { systemClock } from "./platform/system-clock.ts";
import type { RealmSettings, RealmSummary } from "./providers/catalogue.ts";
import { providerOf, readRealm, readRealmSummaries } from "./providers/catalogue.ts";
import { kmsSealer } from "./sealing/kms-sealer.ts";
import { localSealer } from "./sealing/local-sealer.ts";
import { quickKms } from "./sealing/quick-kms.ts";
import { dynamoDbTokenStore } from "./store/dynamodb-token-store.ts";
import { quickItemTable } from "./store/quick-item-table.ts";
import { readFreeze } from "./store/read-record.ts";
import { realmFreezeCache, recordReader } from "./store/record-reader.ts";

/** Builds the dependencies from the environment: the only place that names concrete adapters. Fails with a `StartUpError`. */
export function compose(variables: Variables): {
  environment: Environment<RealmSettings>;
  dependencies: Dependencies;
  /** To be flushed when an invocation ends. */
  metrics: EmfMetrics;
  /** Loaded on demand: only the schedule needs it. */
  renewalIndex(): Promise<RenewalIndex>;
  /** Loaded on demand: only the consent functions need them. */
  pendingConsents(): Promise<PendingConsents>;
  /** Loaded on demand: only callers that may have links need them. */
  linkOffers(): Promise<LinkOffers>;
  /** Loaded on demand: only tokens that are bound to a key need them. */
  proofs(): Promise<SignProof>;
  /** Loaded on demand: only an operator's check needs them. */
  secretVersions(): Promise<SecretVersions>;
} {
  if (isDeployed(variables)) checkDeployedVariables(variables, process.execArgv);
  const environment = readEnvironment(variables, readRealm);
  if (isDeployed(variables)) checkDeployedEnvironment(environment);
  const { realm, tableName, secretPrefix } = environment;
  const { clock, log } = clockAndLog();
  const aws = connectToAws(variables, clock);
  const metrics = emfMetrics(writeLine, clock.now, realmName(realm));
  const dynamoDb = dynamoDbOf(aws, metrics);
  // Unique among all processes, and short, because a record names several.
  const processName = randomBytes(9).toString("base64url");
  const readRecord = recordReader({ clock, log, metrics, process: processName });
  const dependencies: Dependencies = {
    realm,
    limits: realm,
    provider: providerOf(realm, {
      send: sendFor(realm, variables, clock),
      clock,
      newRequestId: randomUUID,
    }),
    store: dynamoDbTokenStore(
      quickItemTable(aws, dynamoDb, tableName),
      readRecord,
      realmFreezeCache(clock, log),
    ),
    secrets: secretsOf(secretPrefix, aws, clock, metrics),
    sealer: sealerOf(environment, aws, clock, metrics),
    clock,
    log,
    metrics,
    random: Math.random,
    processName,
    newOwner: ownersOf(processName),
    fingerprint,
  };
  const renewalIndex = async () => {
    const { dynamoDbRenewalIndex } = await import("./store/dynamodb-renewal-index.ts");
    return dynamoDbRenewalIndex(await dynamoDb(), tableName);
  };
  const pendingConsents = async () => {
    const { dynamoDbPendingConsents } = await import("./store/dynamodb-pending-consents.ts");
    return dynamoDbPendingConsents(await dynamoDb(), tableName, realm);
  };
  const linkOffers = async () => {
    const { dynamoDbLinkOffers } = await import("./store/dynamodb-link-offers.ts");
    return dynamoDbLinkOffers(await dynamoDb(), tableName, realm);
  };
  const proofs = async () => {
    const { proofSigner } = await import("./providers/oauth/proof-of-possession.ts");
    return proofSigner({ clock, newRequestId: randomUUID });
  };
  const secretVersions = async () => {
    const { openSecretVersions } = await import("./secrets/secrets-manager-source.ts");
    return openSecretVersions(
      await aws.sdkOptions(),
      secretPrefix,
      failureCounter(metrics, "secrets-manager"),
    );
  };
  const onDemand = { renewalIndex, pendingConsents, linkOffers, proofs, secretVersions };
  return { environment, dependencies, metrics, ...onDemand };
}

/**
 * The dependencies of a function that serves all realms: no secrets, no sealing key, no provider. `name` is the function's,
 * in metrics. Fails with a `StartUpError`.
 */
export async function composeStatus(
  variables: Variables,
  name: string,
): Promise<{
  realms: readonly RealmSummary[];
  reader: StatusReader;
  tableName: string;
  aws: AwsConnection;
  /** Metrics of another name: a realm's. */
  metricsOf(realm: string): EmfMetrics;
  clock: Clock;
  log: Log;
  metrics: EmfMetrics;
  fingerprint(text: string): string;
}> {
  if (isDeployed(variables)) checkDeployedVariables(variables, process.execArgv);
  const { tableName, realms } = readStatusEnvironment(variables, readRealmSummaries);
  const { clock, log } = clockAndLog();
  // In the place of a realm, because it serves all of them.
  const metrics = emfMetrics(writeLine, clock.now, name);
  const aws = connectToAws(variables, clock);
  const dynamoDb = await dynamoDbOf(aws, metrics)();
  const readRecord = recordReader({ clock, log, metrics: null, process: "" });
  const { dynamoDbStatusReader } = await import("./store/dynamodb-status-reader.ts");
  return {
    realms,
    reader: dynamoDbStatusReader(dynamoDb, tableName, clock, readRecord, readFreeze),
    tableName,
    aws,
    metricsOf: (realm) => emfMetrics(writeLine, clock.now, realm),
    clock,
    log,
    metrics,
    fingerprint,
  };
}

/** The log is dated by the clock, and says when that was wrong. */
function clockAndLog(): { clock: CorrectedClock; log: Log } {
  const clock = correctedClock(systemClock, (aheadMs) => log.error("clock-corrected", { aheadMs }));
  const log = jsonLog(writeLine, clock.now);
  return { clock, log };
}

/** Makes the owner names of this process's leases: the process's name, a dot and a number. */
function ownersOf(processName: string): () => string {
  let leases = 0;
  return () => {
    leases += 1;
    return `${processName}.${leases}`;
  };
}

function writeLine(line: string): void {
  process.stdout.write(line);
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Loaded on first use: a store hit requests no token. */
function sendFor(
  { privateNetworks = [] }: RealmSettings,
  variables: Variables,
  clock: Clock,
): SendHttp {
  const send = onFirstUse(async () => {
    const { nodeHttp } = await import("./platform/http-request.ts");
    return nodeHttp(clock, { allowsLoopback: !isDeployed(variables), privateNetworks });
  });
  return async (request, signal) => (await send())(request, signal);
}

/** Loaded on first use: a store hit needs no secret. */
function secretsOf(
  prefix: string,
  aws: AwsConnection,
  clock: Clock,
  metrics: Metrics,
): SecretSource {
  const source = onFirstUse(async () => {
    const { openSecretsManager } = await import("./secrets/secrets-manager-source.ts");
    const failed = failureCounter(metrics, "secrets-manager");
    return openSecretsManager(await aws.sdkOptions(), prefix, clock, failed);
  });
  return {
    read: async (account, maxAgeMs, signal) => (await source()).read(account, maxAgeMs, signal),
  };
}

function sealerOf(
  { sealingKey, sealingLayout: layout }: Environment<RealmSettings>,
  aws: AwsConnection,
  clock: Clock,
  metrics: Metrics,
): Sealer {
  if (sealingKey.kind === "local") return localSealer(sealingKey.key, layout);
  const { arn, previousArn: previousKeyArn } = sealingKey;
  const kms = quickKms(aws, arn, failureCounter(metrics, "kms"));
  return kmsSealer(kms, arn, clock, { layout, previousKeyArn });
}

/** The SDK's client, loaded on first use. */
function dynamoDbOf(aws: AwsConnection, metrics: Metrics): () => Promise<DynamoDBClient> {
  return onFirstUse(async () => {
    const { openDynamoDb } = await import("./store/sdk-item-table.ts");
    return openDynamoDb(await aws.sdkOptions(), failureCounter(metrics, "dynamodb"));
  });
}
