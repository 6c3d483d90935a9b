import { mkdirSync } from "node:fs";
import { synthesize } from "./assembly.ts";
import { writeAuthorities } from "./authorities-file.ts";
import { gatewayResponses } from "./aws/api-gateway/gateway-responses.ts";
import type { LocalHttpApi } from "./aws/api-gateway/http-api.ts";
import { startHttpApi } from "./aws/api-gateway/http-api.ts";
import type { HttpRoute } from "./aws/api-gateway/http-api-event.ts";
import { httpApiRoutes } from "./aws/api-gateway/http-api-routes.ts";
import { httpApiThrottle } from "./aws/api-gateway/http-api-throttle.ts";
import { startRestApi } from "./aws/api-gateway/rest-api.ts";
import { restApiRoutes } from "./aws/api-gateway/rest-api-routes.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import type { DynamoDbAnswer } from "./aws/dynamodb/dynamodb.ts";
import { createTables } from "./aws/dynamodb/dynamodb-tables.ts";
import { startLambdaApi } from "./aws/lambda/lambda-api.ts";
import type { LambdaFunction } from "./aws/lambda/lambda-function.ts";
import type { LambdaHost, LogLine } from "./aws/lambda/lambda-host.ts";
import { startLambdaHost } from "./aws/lambda/lambda-host.ts";
import type { LocalServer } from "./aws/listen.ts";
import { functionLogs } from "./aws/logs/function-logs.ts";
import { openTrail } from "./aws/logs/invocation-trail.ts";
import type { LocalScheduler } from "./aws/scheduler.ts";
import { startScheduler } from "./aws/scheduler.ts";
import type { AwsRequest } from "./aws/sigv4/guard.ts";
import type { DeployedStack } from "./aws/template/template.ts";
import { localRequester } from "./consent-providers.ts";
import { forgetConnections } from "./declared/forget-connections.ts";
import { createSecrets } from "./fill-secrets.ts";
import type { Identities } from "./identities.ts";
import { createIdentities } from "./identities.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { PlayedRealms } from "./played-realms.ts";
import { portOption } from "./ports.ts";
import type { ProviderOptions } from "./providers.ts";
import type { SecretSeeder } from "./secret-seeder.ts";
import { createSecretSeeder } from "./secret-seeder.ts";
import type { ShippedRealms } from "./shipped-realms.ts";
import { startShippedRealms } from "./shipped-realms.ts";
import type { StatefulServices } from "./stateful-services.ts";
import { startStatefulServices } from "./stateful-services.ts";

/** The whole system on this machine: AWS's APIs, the deployed functions, the simulated providers. */
export interface LocalStack<Played extends PlayedRealms = ShippedRealms>
  extends Omit<StatefulServices, "stop"> {
  readonly identities: Identities;
  readonly lambda: LocalServer;
  /** The REST API, for signed requests. */
  readonly http: LocalServer;
  /** The HTTP API with the consent pages. */
  readonly consentHost: LocalHttpApi;
  readonly host: LambdaHost;
  readonly scheduler: LocalScheduler;
  readonly providers: Played;
  readonly secrets: SecretSeeder;
  readonly deployed: DeployedStack;
  readonly tableName: string;
  /** The deployed function that vends for a realm. */
  functionOf(realm: LocalRealm): LambdaFunction;
  stop(): Promise<void>;
}

/** … whatever realms it has. */
export type AnyLocalStack = LocalStack<PlayedRealms>;

export interface StackOptions extends ProviderOptions {
  /** Where data, secrets and keys are kept between runs. */
  readonly folder: string;
  /** Whether a trail records invocations (default: yes). */
  readonly trail?: boolean;
  /** A function's process ends this long after its last answer (default: never by itself). */
  readonly idleMs?: number;
  /** The functions' bundles, where they have been made already. */
  readonly bundled?: string;
  /** Called when a part is about to be started, with its name in words. */
  onStep?(part: string): void;
  onLog?(line: LogLine): void;
  /** Called for every request to AWS. */
  onRequest?(request: AwsRequest): void;
  /** Called after each answer of the table's database. */
  onTableAnswer?(answer: DynamoDbAnswer): void;
  /** Called after each answer of the consent host. */
  onPage?(route: HttpRoute, status: number): void;
}

/** Starts it with a realm of each provider of the catalogue. */
export function startStack(options: StackOptions): Promise<LocalStack<ShippedRealms>> {
  return startStackOf(startShippedRealms, options);
}

export async function startStackOf<Played extends PlayedRealms>(
  startRealms: (options: ProviderOptions) => Promise<Played>,
  options: StackOptions,
): Promise<LocalStack<Played>> {
  const started: Stoppable[] = [];
  try {
    return await startParts(startRealms, options, started);
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

/** In reverse order, because later parts depend on earlier ones. */
async function stopAll(started: readonly Stoppable[]): Promise<void> {
  for (const part of started.toReversed()) await part.stop();
}

async function startParts<Played extends PlayedRealms>(
  startRealms: (options: ProviderOptions) => Promise<Played>,
  options: StackOptions,
  started: Stoppable[],
): Promise<LocalStack<Played>> {
  const { folder, bundled, ports = {}, onLog, onPage, onTableAnswer } = options;
  const track = <T extends Stoppable>(part: T): T => {
    started.push(part);
    return part;
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const identities = createIdentities(options.onRequest, folder);
  const { guard, operator } = identities;
  const begin = (part: string) => options.onStep?.(part);
  begin("DynamoDB, Secrets Manager, KMS and CloudWatch Logs");
  const { dynamoDb, secretsManager, kms, logs } = track(
    await startStatefulServices({ folder, guard, ports, onTableAnswer }),
  );
  const secrets = createSecretSeeder(secretsManager.url, LOCAL_LOCATION.region, operator.keys);
  begin("simulated providers and consent pages");
  const consentHost = track(await startHttpApi(portOption(ports.consents)));
  const consentBaseUrl = consentHost.browserUrl;
  const providers = track(await startRealms(options));

  begin("template and functions");
  const settings = providers.realms.map((realm) => realm.settings);
  const consents = { baseUrl: consentBaseUrl, requester: localRequester };
  const { confermaApi } = providers;
  const deployed = await synthesize(
    { realms: settings, consents, trail: options.trail ?? true, confermaApi, bundled },
    folder,
  );
  begin("table, secrets and keys");
  await createTables(dynamoDb.url, deployed.tables, operator.keys);
  const [table] = deployed.tables;
  if (!table) throw new Error("The template has no table.");
  await forgetConnections(dynamoDb.url, table.name, providers.beginAnew, operator.keys);
  for (const key of deployed.keys) kms.ensureKey(key);
  await createSecrets(secrets, deployed);
  await providers.fillSecrets(secrets, (realm) => `${consentBaseUrl}/callback/${realm}`);

  begin("Lambda, API and schedule");
  const trail = openTrail(deployed, logs);

  // The API starts before the host, because its address is in the functions' environment.
  const lambda = track(
    await startLambdaApi(
      {
        functions: deployed.functions,
        invoke: (...call) => host.invoke(...call),
        processes: (name) => host.processes(name),
      },
      {
        ...{ ...portOption(ports.lambda), guard },
        onInvoked: (functionName, requestId, principal) => {
          if (principal) trail({ functionName, requestId, invoker: principal });
        },
      },
    ),
  );
  const writeLog = functionLogs(deployed, logs);
  const host: LambdaHost = track(
    startLambdaHost({
      functions: deployed.functions,
      endpoints: {
        DYNAMODB: dynamoDb.url,
        SECRETS_MANAGER: secretsManager.url,
        KMS: kms.url,
        LAMBDA: lambda.url,
      },
      environment: {
        NODE_EXTRA_CA_CERTS: writeAuthorities(folder, providers.certificateAuthority),
        // Each process would say so. AWS runs the functions with its own Node.js.
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      },
      keysOf: identities.keysOf,
      idleMs: options.idleMs,
      onLog: (line) => {
        writeLog(line);
        onLog?.(line);
      },
    }),
  );
  const reportFailure = (name: string, error: unknown) =>
    onLog?.({ function: name, pid: 0, stream: "stderr", text: `${name}: ${messageOf(error)}` });
  const scheduler = track(
    startScheduler(
      deployed,
      ({ functionName, roleArn, payload }) => {
        identities.reportScheduledInvocation(roleArn, functionName);
        return host.invoke(functionName, payload);
      },
      reportFailure,
    ),
  );
  const route = restApiRoutes(deployed, LOCAL_LOCATION);
  const http = track(
    await startRestApi({
      ...{ route, guard, sendError: gatewayResponses(deployed) },
      host: {
        async invoke(functionName, ...call) {
          const result = await host.invoke(functionName, ...call);
          const invoker = { service: "apigateway.amazonaws.com" };
          trail({ functionName, requestId: result.requestId, invoker });
          return result;
        },
      },
      ...portOption(ports.http),
    }),
  );
  consentHost.deploy({
    host,
    route: httpApiRoutes(deployed),
    allows: httpApiThrottle(deployed, () => performance.now()),
    onFailure: (cause) => reportFailure("consent pages", cause),
    ...(onPage ? { onAnswer: onPage } : {}),
  });

  return {
    ...{ identities, dynamoDb, secretsManager, kms, logs, lambda, http, consentHost },
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
