import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { synthesize } from "./assembly.ts";
import { LOCAL_PLACE } from "./aws/arns.ts";
import type { LocalDynamoDb } from "./aws/dynamodb.ts";
import { startDynamoDb } from "./aws/dynamodb.ts";
import { createTables } from "./aws/dynamodb-tables.ts";
import { startHttpApi } from "./aws/http-api.ts";
import type { LocalKms } from "./aws/kms.ts";
import { startKms } from "./aws/kms.ts";
import { startLambdaApi } from "./aws/lambda-api.ts";
import type { LambdaFunction } from "./aws/lambda-function.ts";
import type { LambdaHost, LogLine } from "./aws/lambda-host.ts";
import { startLambdaHost } from "./aws/lambda-host.ts";
import type { LocalServer } from "./aws/listen.ts";
import type { LocalScheduler } from "./aws/scheduler.ts";
import { startScheduler } from "./aws/scheduler.ts";
import { startSecretsManager } from "./aws/secrets-manager.ts";
import type { LocalRealm, ProviderOptions, Providers } from "./providers.ts";
import { startProviders } from "./providers.ts";
import type { SecretBook } from "./secret-book.ts";
import { secretBook } from "./secret-book.ts";

/** Everything on this machine: AWS's APIs, the deployed functions, the providers. */
export interface LocalStack {
  readonly dynamoDb: LocalDynamoDb;
  readonly secretsManager: Awaited<ReturnType<typeof startSecretsManager>>;
  readonly kms: LocalKms;
  readonly lambda: LocalServer;
  readonly http: LocalServer;
  readonly host: LambdaHost;
  readonly scheduler: LocalScheduler;
  readonly providers: Providers;
  readonly secrets: SecretBook;
  readonly tableName: string;
  /** The function that vends for a realm, as it was deployed. */
  functionOf(realm: LocalRealm): LambdaFunction;
  stop(): Promise<void>;
}

export interface StackOptions extends ProviderOptions {
  /** Where data, secrets and keys stay between runs. */
  readonly folder: string;
  readonly fresh?: boolean;
  /** Free ones are chosen for what is unsaid. */
  readonly ports?: {
    readonly dynamoDb?: number;
    readonly secretsManager?: number;
    readonly kms?: number;
    readonly lambda?: number;
    readonly http?: number;
  };
  onLog?(line: LogLine): void;
}

export async function startStack(options: StackOptions): Promise<LocalStack> {
  const started: Stoppable[] = [];
  try {
    return await startParts(options, started);
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

/** What was started last leans on what was started before. */
async function stopAll(started: readonly Stoppable[]): Promise<void> {
  for (const part of started.toReversed()) await part.stop();
}

async function startParts(options: StackOptions, started: Stoppable[]): Promise<LocalStack> {
  const { folder, ports = {}, onLog } = options;
  const running = <T extends Stoppable>(part: T): T => {
    started.push(part);
    return part;
  };
  if (options.fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const dynamoDb = running(
    await startDynamoDb({ ...port(ports.dynamoDb), folder: path.join(folder, "dynamodb") }),
  );
  const secretsManager = running(
    await startSecretsManager({ ...port(ports.secretsManager), folder }),
  );
  const kms = running(await startKms({ ...port(ports.kms), folder }));
  const secrets = secretBook(secretsManager.url, LOCAL_PLACE.region);
  const providers = running(await startProviders(secrets, options));

  const settings = providers.realms.map((realm) => realm.settings);
  const deployed = synthesize(settings, folder);
  await createTables(dynamoDb.url, deployed.tables);
  for (const key of deployed.keys) kms.keep(key);
  const [table] = deployed.tables;
  if (!table) throw new Error("The template has no table.");

  const host = running(
    startLambdaHost({
      functions: deployed.functions,
      endpoints: {
        DYNAMODB: dynamoDb.url,
        SECRETS_MANAGER: secretsManager.url,
        KMS: kms.url,
      },
      ...(onLog ? { onLog } : {}),
    }),
  );
  const lambda = running(await startLambdaApi(host, port(ports.lambda)));
  const scheduler = running(
    startScheduler(deployed, host.invoke, (name, error) =>
      onLog?.({
        function: name,
        pid: 0,
        stream: "stderr",
        text: `${name}: ${error instanceof Error ? error.message : JSON.stringify(error)}`,
      }),
    ),
  );
  // The stack's outputs name the functions that consumers invoke.
  const vending = new Set(Object.values(deployed.outputs));
  const functionFor = (provider: string, environment: string) =>
    deployed.functions.find((fn) => {
      if (!vending.has(fn.name)) return false;
      const realm = JSON.parse(fn.environment["REALM"] ?? "{}");
      return realm.provider === provider && realm.environment === environment;
    });
  const route = (method: string, requestPath: string) => routeOf(method, requestPath, functionFor);
  const http = running(await startHttpApi({ ...port(ports.http), host, route }));

  return {
    dynamoDb,
    secretsManager,
    kms,
    lambda,
    http,
    host,
    scheduler,
    providers,
    secrets,
    tableName: table.name,
    functionOf({ settings: { provider, environment } }) {
      const fn = functionFor(provider, environment);
      if (!fn) throw new Error(`No function was deployed for ${provider}/${environment}.`);
      return fn;
    },
    stop: () => stopAll(started),
  };
}

const tokenPath = /^\/v1\/tokens\/([^/]+)\/([^/]+)\/([^/]+)(\/rejections)?$/;

/** The routes of the API, until the template has them. */
function routeOf(
  method: string,
  requestPath: string,
  functionFor: (provider: string, environment: string) => LambdaFunction | undefined,
) {
  const [, provider = "", environment = "", account = "", rejections = ""] =
    tokenPath.exec(requestPath) ?? [];
  const fn = functionFor(provider, environment);
  if (!fn || method !== (rejections ? "POST" : "GET")) return undefined;
  return {
    functionName: fn.name,
    resource: `/v1/tokens/{provider}/{environment}/{account}${rejections}`,
    pathParameters: { provider, environment, account },
  };
}

function port(chosen: number | undefined): { port?: number } {
  return chosen === undefined ? {} : { port: chosen };
}
