import { createHash, randomBytes, randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Clock } from "./model/clock.ts";
import { realmName } from "./model/connection.ts";
import type { StatusReader } from "./model/connection-status.ts";
import type { Dependencies } from "./model/dependencies.ts";
import type { Log } from "./model/log.ts";
import type { PendingConsents } from "./model/pending-consents.ts";
import type { RenewalIndex } from "./model/renewal-index.ts";
import type { Sealer } from "./model/sealer.ts";
import type { SecretSource } from "./model/secret-source.ts";
import type { CorrectedClock } from "./platform/corrected-clock.ts";
import { correctedClock } from "./platform/corrected-clock.ts";
import type { EmfMetrics } from "./platform/emf-metrics.ts";
import { emfMetrics } from "./platform/emf-metrics.ts";
import type { Environment, Variables } from "./platform/environment.ts";
import { readEnvironment, readStatusEnvironment } from "./platform/environment.ts";
import { nodeHttp, tlsSettings } from "./platform/http-request.ts";
import { jsonLog } from "./platform/json-log.ts";
import {
  checkDeployedEnvironment,
  checkDeployedVariables,
  isDeployed,
} from "./platform/start-up-checks.ts";
import { systemClock } from "./platform/system-clock.ts";
import type { RealmSettings, RealmSummary } from "./providers/catalogue.ts";
import { providerOf, readRealm, readRealmSummaries } from "./providers/catalogue.ts";
import { localSealer } from "./sealing/local-sealer.ts";
import { dynamoDbStatusReader } from "./store/dynamodb-status-reader.ts";
import { dynamoDbTokenStore } from "./store/dynamodb-token-store.ts";
import { recordReader } from "./store/read-record.ts";

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
} {
  if (isDeployed(variables)) checkDeployedVariables(variables, process.execArgv);
  const environment = readEnvironment(variables, readRealm);
  if (isDeployed(variables)) checkDeployedEnvironment(environment);
  const { realm, tableName, secretPrefix } = environment;
  const { clock, log } = clockAndLog();
  const aws = awsOptions(variables, clock);
  const dynamoDb = new DynamoDBClient(aws);
  const metrics = emfMetrics(writeLine, clock.now, realmName(realm));
  // Unique among all processes, and short, because a record names several.
  const processName = randomBytes(9).toString("base64url");
  const readRecord = recordReader({ clock, log, metrics, process: processName });
  const { privateNetworks = [] } = realm;
  const send = nodeHttp(clock, { allowsLoopback: !isDeployed(variables), privateNetworks });
  const dependencies: Dependencies = {
    realm,
    limits: realm,
    provider: providerOf(realm, { send, clock, newRequestId: randomUUID }),
    store: dynamoDbTokenStore(dynamoDb, tableName, readRecord),
    secrets: secretsOf(secretPrefix, aws, clock),
    sealer: sealerOf(environment, aws, clock),
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
    return dynamoDbRenewalIndex(dynamoDb, tableName);
  };
  const pendingConsents = async () => {
    const { dynamoDbPendingConsents } = await import("./store/dynamodb-pending-consents.ts");
    return dynamoDbPendingConsents(dynamoDb, tableName, realm);
  };
  return { environment, dependencies, metrics, renewalIndex, pendingConsents };
}

/** The dependencies of `list-connections`: no secrets, no sealing key, no provider. Fails with a `StartUpError`. */
export function composeStatus(variables: Variables): {
  realms: readonly RealmSummary[];
  reader: StatusReader;
  clock: Clock;
  log: Log;
  fingerprint(text: string): string;
} {
  if (isDeployed(variables)) checkDeployedVariables(variables, process.execArgv);
  const { tableName, realms } = readStatusEnvironment(variables, readRealmSummaries);
  const { clock, log } = clockAndLog();
  const dynamoDb = new DynamoDBClient(awsOptions(variables, clock));
  const readRecord = recordReader({ clock, log, metrics: null, process: "" });
  return {
    realms,
    reader: dynamoDbStatusReader(dynamoDb, tableName, clock, readRecord),
    clock,
    log,
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

/** Loads the client on first use: a store hit needs no secret. */
function secretsOf(prefix: string, aws: AwsOptions, clock: Clock): SecretSource {
  const source = onFirstUse(async () => {
    const { openSecretsManager } = await import("./secrets/secrets-manager-source.ts");
    return openSecretsManager(aws, prefix, clock);
  });
  return {
    read: async (account, maxAgeMs, signal) => (await source()).read(account, maxAgeMs, signal),
  };
}

/** Loads the KMS client on first use, and never with a local key. */
function sealerOf(
  { sealingKey, sealingLayout: layout }: Environment<RealmSettings>,
  aws: AwsOptions,
  clock: Clock,
): Sealer {
  if (sealingKey.kind === "local") return localSealer(sealingKey.key, layout);
  const { arn, previousArn: previousKeyArn } = sealingKey;
  const sealer = onFirstUse(async () => {
    const { openKmsSealer } = await import("./sealing/kms-sealer.ts");
    return openKmsSealer(aws, arn, clock, { layout, previousKeyArn });
  });
  return {
    prepare: async (connection, signal) => (await sealer()).prepare(connection, signal),
    seal: async (token, as, signal) => (await sealer()).seal(token, as, signal),
    open: async (sealed, as, signal) => (await sealer()).open(sealed, as, signal),
  };
}

function onFirstUse<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

type AwsOptions = ReturnType<typeof awsOptions>;

/**
 * Lambda supplies region, credentials and endpoints as variables; the SDK's default credential chain would add 15 ms to
 * a cold start. The timeouts fit into a lease's reserves.
 */
function awsOptions(variables: Variables, clock: CorrectedClock) {
  return {
    credentials: async () => ({
      accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "",
      ...(variables["AWS_SESSION_TOKEN"] ? { sessionToken: variables["AWS_SESSION_TOKEN"] } : {}),
    }),
    requestHandler: new AwsHttpHandler(clock, isDeployed(variables), {
      httpsAgent: tlsSettings,
      connectionTimeout: 500,
      requestTimeout: 1000,
      throwOnRequestTimeout: true,
    }),
  };
}

/** Tells the clock what time AWS states in each answer, before anything is decided by it. */
class AwsHttpHandler extends NodeHttpHandler {
  readonly #clock: CorrectedClock;
  readonly #requiresTls: boolean;

  constructor(clock: CorrectedClock, requiresTls: boolean, options: NodeHttpHandlerOptions) {
    super(options);
    this.#clock = clock;
    this.#requiresTls = requiresTls;
  }

  override async handle(...request: Parameters<NodeHttpHandler["handle"]>) {
    // Not only variables state endpoints: a configuration file can too.
    if (this.#requiresTls && request[0].protocol !== "https:") throw new Error("No https.");
    const sentAt = this.#clock.now();
    const answer = await super.handle(...request);
    const stated = new Date(answer.response.headers["date"] ?? Number.NaN);
    this.#clock.observe(stated, sentAt, this.#clock.now());
    return answer;
  }
}
