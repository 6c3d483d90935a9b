import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { synthesize } from "./assembly.ts";
import { gatewayResponses } from "./aws/api-gateway/gateway-responses.ts";
import type { LocalHttpApi } from "./aws/api-gateway/http-api.ts";
import { startHttpApi } from "./aws/api-gateway/http-api.ts";
import type { HttpRoute } from "./aws/api-gateway/http-api-event.ts";
import { httpApiRoutes } from "./aws/api-gateway/http-api-routes.ts";
import { startRestApi } from "./aws/api-gateway/rest-api.ts";
import { restApiRoutes } from "./aws/api-gateway/rest-api-routes.ts";
import { LOCAL_PLACE } from "./aws/arns.ts";
import { createTables } from "./aws/dynamodb/dynamodb-tables.ts";
import { startLambdaApi } from "./aws/lambda/lambda-api.ts";
import type { LambdaFunction } from "./aws/lambda/lambda-function.ts";
import type { LambdaHost, LogLine } from "./aws/lambda/lambda-host.ts";
import { startLambdaHost } from "./aws/lambda/lambda-host.ts";
import type { LocalServer } from "./aws/listen.ts";
import type { LocalScheduler } from "./aws/scheduler.ts";
import { startScheduler } from "./aws/scheduler.ts";
import type { AwsRequest } from "./aws/sigv4/guard.ts";
import type { DeployedStack } from "./aws/template/template.ts";
import { requester } from "./consent-providers.ts";
import { createSecrets, fillSecrets } from "./fill-secrets.ts";
import type { Identities } from "./identities.ts";
import { createIdentities } from "./identities.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { ProviderOptions, Providers } from "./providers.ts";
import { startProviders } from "./providers.ts";
import type { SecretBook } from "./secret-book.ts";
import { secretBook } from "./secret-book.ts";
import type { LocalState } from "./state.ts";
import { portOf, startState } from "./state.ts";

/** Everything on this machine: AWS's APIs, the deployed functions, the providers. */
export interface LocalStack extends Omit<LocalState, "stop"> {
  readonly identities: Identities;
  readonly lambda: LocalServer;
  /** The REST API: requests are signed. */
  readonly http: LocalServer;
  /** Where people consent. */
  readonly consentHost: LocalHttpApi;
  readonly host: LambdaHost;
  readonly scheduler: LocalScheduler;
  readonly providers: Providers;
  readonly secrets: SecretBook;
  readonly deployed: DeployedStack;
  readonly tableName: string;
  /** The function that vends for a realm, as it was deployed. */
  functionOf(realm: LocalRealm): LambdaFunction;
  stop(): Promise<void>;
}

export interface StackOptions extends ProviderOptions {
  /** Where data, secrets and keys stay between runs. */
  readonly folder: string;
  readonly fresh?: boolean;
  /** The functions' bundles, where they have been made already. */
  readonly bundled?: string;
  /** Free ones are chosen for what is unsaid. */
  readonly ports?: Partial<Readonly<Record<Port, number>>>;
  onLog?(line: LogLine): void;
  /** What is asked of AWS, and by whom. */
  onRequest?(request: AwsRequest): void;
  /** After each page that a person was shown. */
  onPage?(route: HttpRoute, status: number): void;
}

type Port = "dynamoDb" | "secretsManager" | "kms" | "lambda" | "http" | "consents";

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
  const { folder, bundled, ports = {}, onLog, onPage } = options;
  const running = <T extends Stoppable>(part: T): T => {
    started.push(part);
    return part;
  };
  if (options.fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const identities = createIdentities(options.onRequest);
  const { guard, operator } = identities;
  const { dynamoDb, secretsManager, kms } = running(await startState({ folder, guard, ports }));
  const secrets = secretBook(secretsManager.url, LOCAL_PLACE.region, operator.keys);
  const consentHost = running(await startHttpApi(portOf(ports.consents)));
  const consentBaseUrl = consentHost.browserUrl;
  const providers = running(await startProviders(options));

  const settings = providers.realms.map((realm) => realm.settings);
  const consents = { baseUrl: consentBaseUrl, requester };
  const confermaApi = providers.conferma.pingUrl;
  const deployed = synthesize({ realms: settings, consents, confermaApi, bundled }, folder);
  await createTables(dynamoDb.url, deployed.tables, operator.keys);
  for (const key of deployed.keys) kms.keep(key);
  await createSecrets(secrets, deployed);
  await fillSecrets(secrets, providers, consentBaseUrl);
  const [table] = deployed.tables;
  if (!table) throw new Error("The template has no table.");

  // Functions are told where to invoke each other: the API listens before there is what it invokes.
  const lambda = running(
    await startLambdaApi(
      {
        functions: deployed.functions,
        invoke: (...call) => host.invoke(...call),
        processes: (name) => host.processes(name),
      },
      { ...portOf(ports.lambda), guard },
    ),
  );
  const host: LambdaHost = running(
    startLambdaHost({
      functions: deployed.functions,
      endpoints: {
        DYNAMODB: dynamoDb.url,
        SECRETS_MANAGER: secretsManager.url,
        KMS: kms.url,
        LAMBDA: lambda.url,
      },
      environment: { NODE_EXTRA_CA_CERTS: written(folder, providers.certificateAuthority) },
      keysOf: identities.keysOf,
      ...(onLog ? { onLog } : {}),
    }),
  );
  const complain = (name: string, error: unknown) =>
    onLog?.({ function: name, pid: 0, stream: "stderr", text: `${name}: ${inWords(error)}` });
  const scheduler = running(
    startScheduler(
      deployed,
      ({ functionName, roleArn, payload }) => {
        identities.tellTick(roleArn, functionName);
        return host.invoke(functionName, payload);
      },
      complain,
    ),
  );
  const route = restApiRoutes(deployed, LOCAL_PLACE);
  const http = running(
    await startRestApi({
      ...{ host, route, guard, sendError: gatewayResponses(deployed) },
      ...portOf(ports.http),
    }),
  );
  consentHost.deploy({
    host,
    route: httpApiRoutes(deployed),
    onFailure: (cause) => complain("the pages of consents", cause),
    ...(onPage ? { onAnswer: onPage } : {}),
  });

  return {
    ...{ identities, dynamoDb, secretsManager, kms, lambda, http, consentHost },
    ...{ host, scheduler, providers, secrets, deployed },
    tableName: table.name,
    functionOf({ settings: { provider, environment } }) {
      const vend = route("GET", `/v1/tokens/${provider}/${environment}/default`);
      const fn = deployed.functions.find(({ name }) => name === vend?.functionName);
      if (!fn) throw new Error(`No function was deployed for ${provider}/${environment}.`);
      return fn;
    },
    stop: () => stopAll(started),
  };
}

/** The path of a file with the authorities that functions trust beside the machine's own. */
function written(folder: string, certificates: string): string {
  const file = path.join(folder, "authorities.pem");
  writeFileSync(file, certificates);
  return file;
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
