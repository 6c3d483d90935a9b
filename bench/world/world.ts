import path from "node:path";
import { bundlesFolder } from "../../infra/bundles-folder.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { TABLE } from "../../test/support/token-table.ts";
import type { CalledProcess } from "../processes/called-process.ts";
import { startCalledProcess } from "../processes/called-process.ts";
import type { BenchConnection } from "./connection.ts";
import type { DueEntry, PlantCall } from "./planted-records.ts";

/** What the provider takes to issue. */
export const providerMs = 150;
/** Long enough that no token ends while it is measured. */
const longLifetimeMs = 3_600_000;
const sealingKey = `local:${Buffer.alloc(32, 7).toString("base64")}`;

/** Variables of a process, as Lambda sets them. */
export type ProcessVariables = Readonly<Record<string, string>>;

/** What was asked of the table, and what DynamoDB would bill for it. */
export interface TableUsage {
  readonly byOperation: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Of them, those of the index `due`. */
  readonly indexWriteUnits: number;
  /** Index entries that queries returned. */
  readonly entries: number;
  readonly refusedWrites: number;
}

/** Requests to the other services, and tokens issued, since the world began. */
export interface ServiceCounts {
  readonly secretsManager: number;
  readonly kms: number;
  readonly issues: number;
}

/** The store, the provider, and the processes' way to them. */
export interface BenchWorld {
  /** The variables of a process that runs the product in this realm; `kms`: it seals with a KMS key. */
  variables(options?: RealmOptions): ProcessVariables;
  createConnection(environment?: string): Promise<BenchConnection>;
  createConnections(count: number, environment?: string): Promise<readonly BenchConnection[]>;
  /** Lets the provider take 150 ms and issue long-lived tokens, unless told otherwise. */
  behave(behaviour?: { readonly issueMs?: number; readonly lifetimeMs?: number }): Promise<void>;
  /** When the provider issued for the connection, in milliseconds since 1970. */
  issues(connection: BenchConnection): Promise<readonly number[]>;
  /** How many of these tokens the provider refuses. */
  countDead(tokens: readonly string[]): Promise<number>;
  resetRequests(): Promise<void>;
  /** Requests to the store since they were reset. */
  requests(): Promise<number>;
  /** When writes took effect since then, in milliseconds since 1970. */
  writes(): Promise<readonly number[]>;
  /** Begins to count what is asked of the table. */
  beginUsage(): Promise<void>;
  /** Since then. */
  usage(): Promise<TableUsage>;
  serviceCounts(): Promise<ServiceCounts>;
  /** Writes records without issuing their tokens. */
  plant(call: PlantCall): Promise<void>;
  /** Connections of a realm that the schedule renews, soonest first. */
  due(environment: string): Promise<readonly DueEntry[]>;
  stop(): Promise<void>;
}

interface RealmOptions {
  readonly environment?: string;
  readonly sealedBy?: "local" | "kms";
  /** Settings of the realm beside provider, environment and address. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

interface Addresses {
  readonly secretsManager: string;
  readonly kms: string;
  readonly tokenUrl: string;
  readonly keyArn: string;
}

/** A function's bundle, as `npm run build` makes it. */
export function bundleFile(name: string): string {
  return path.join(bundlesFolder, name, "index.mjs");
}

export async function startWorld(): Promise<BenchWorld> {
  const start = (file: string) => startCalledProcess(path.join(import.meta.dirname, file));
  const [store, provider] = await Promise.all([
    start("store-process.ts"),
    start("provider-process.ts"),
  ]);
  const [storeUrl, addresses] = await Promise.all([
    store.call<string>("url"),
    provider.call<Addresses>("addresses"),
  ]);
  const world: BenchWorld = {
    variables: (options = {}) => variablesOf(storeUrl, addresses, options),
    async createConnection(environment) {
      const [connection] = await world.createConnections(1, environment);
      if (!connection) throw new Error("The provider process makes no connections.");
      return connection;
    },
    createConnections: (count, environment = "bench") =>
      provider.call("createConnections", { prefix: secretPrefix(environment), count }),
    behave: ({ issueMs = providerMs, lifetimeMs = longLifetimeMs } = {}) =>
      provider.call("behave", { issueMs, lifetimeMs }),
    issues: (connection) => provider.call("issues", connection),
    countDead: (tokens) => provider.call("countDead", tokens),
    resetRequests: () => store.call("reset"),
    requests: () => store.call("requests"),
    writes: () => store.call("writes"),
    beginUsage: () => store.call("beginUsage"),
    usage: () => store.call("usage"),
    serviceCounts: () => provider.call("counts"),
    plant: (call) => store.call("plant", call),
    due: (environment) => store.call("due", { realm: `client-credentials/${environment}` }),
    stop: () => stopAll([store, provider]),
  };
  await world.behave();
  return world;
}

/** Ends processes, each at once. */
export async function stopAll(processes: readonly Pick<CalledProcess, "stop">[]): Promise<void> {
  await Promise.all(processes.map((process) => process.stop()));
}

const secretPrefix = (environment: string) => `token-vending/client-credentials/${environment}/`;

function variablesOf(
  storeUrl: string,
  { secretsManager, kms, tokenUrl, keyArn }: Addresses,
  { environment = "bench", sealedBy = "local", settings = {} }: RealmOptions,
): ProcessVariables {
  return {
    AWS_REGION: LOCAL_LOCATION.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: storeUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager,
    AWS_ENDPOINT_URL_KMS: kms,
    TABLE_NAME: TABLE,
    SECRET_PREFIX: secretPrefix(environment),
    SEALING_KEY: sealedBy === "kms" ? keyArn : sealingKey,
    REALM: JSON.stringify({
      provider: "client-credentials",
      environment,
      tokenUrl,
      onIssue: "revoke",
      // As a realm of Send Payments by default.
      earlySeconds: 20,
      ...settings,
    }),
  };
}
