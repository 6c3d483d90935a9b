import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { inject, onTestFinished } from "vitest";
import { findFunctionName } from "../../cli/deployed-functions.ts";
import { synthesize } from "../../local/assembly.ts";
import { httpApiRoutes } from "../../local/aws/api-gateway/http-api-routes.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { startLambdaApi } from "../../local/aws/lambda/lambda-api.ts";
import type { LambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { localRequester } from "../../local/consent-providers.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import type { VendResult } from "../../local/vend-client.ts";
import packageJson from "../../package.json" with { type: "json" };
import { consentInBrowser } from "./consent-in-browser.ts";

const root = path.join(import.meta.dirname, "..", "..");

type TableItem = Record<string, AttributeValue>;

/** The result of an operator's command. */
interface OperatorRun {
  readonly exitCode: number;
  readonly out: string;
  readonly notices: string;
}

/** The AWS resources that the functions use; by default those of the local stack. */
interface Redeployment {
  /** The context `token-vending:tableName`. */
  readonly tableName?: string;
  readonly dynamoDbUrl?: string;
  readonly kms?: LocalStack["kms"];
}

/** The local stack, whose functions can be deployed again, and an operator with a command line. */
export interface RecoveryStack {
  readonly stack: LocalStack;
  /** `npm run vend -- …` in a process of its own. */
  operate(line: string): Promise<OperatorRun>;
  /** As a caller of the deployed function. */
  vend(connection: string, rejectedVersion?: number): Promise<VendResult>;
  /** A person follows a link of this connection and agrees. */
  consent(connection: string): Promise<number>;
  /** Forces cold starts, as any change of the functions' configuration does. */
  restart(): Promise<void>;
  /** `cdk deploy` of the service stack, which replaces the earlier functions. */
  redeploy(changes: Redeployment): Promise<void>;
  items(tableName?: string): Promise<TableItem[]>;
  /** Like RestoreTableToPointInTime: creates a new table with the same items, keys and indexes. */
  restoreInto(tableName: string, backup: readonly TableItem[]): Promise<void>;
  /** Puts the item unless there is one. Returns whether it did. */
  putMissing(item: TableItem): Promise<boolean>;
  /** Puts the item, and overwrites an existing one. */
  replace(tableName: string, item: TableItem): Promise<void>;
  /** The logs of the first deployment's functions. */
  printed(): string;
  deleteItem(connection: string): Promise<void>;
}

interface Deployment {
  readonly host: LambdaHost;
  readonly lambdaUrl: string;
}

/** Started for one test, and stopped after it. */
export async function startRecoveryStack(): Promise<RecoveryStack> {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-recovery-"));
  const bundled = inject("bundlesFolder");
  let printed = "";
  const stack = await startStack({
    ...{ folder, bundled },
    onLog: ({ text: line }) => {
      printed += line;
    },
  });
  const { identities } = stack;
  const credentials = identities.operator.keys;
  const client = new DynamoDBClient({
    ...{ endpoint: stack.dynamoDb.url, region: LOCAL_LOCATION.region, credentials },
  });
  let deployment: Deployment = { host: stack.host, lambdaUrl: stack.lambda.url };
  const stops: (() => Promise<unknown>)[] = [
    async () => rmSync(folder, { recursive: true, force: true }),
    stack.stop,
    async () => client.destroy(),
  ];
  onTestFinished(async () => {
    for (const stop of stops.toReversed()) await stop();
  });
  // Ticks would renew at instants of their own.
  await stack.scheduler.stop();

  const functionOf = (kind: "vend-token" | "begin-consent", connection: string) =>
    findFunctionName(
      deployment.host.functions.map(({ name, description = "" }) => ({ name, description })),
      kind,
      connection.slice(0, connection.lastIndexOf("/")),
    );
  const accountOf = (connection: string) => connection.slice(connection.lastIndexOf("/") + 1);

  async function invoke(name: string, payload: object): Promise<unknown> {
    const { payload: answer, functionError } = await deployment.host.invoke(name, payload);
    if (functionError) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    return answer;
  }

  return {
    stack,
    operate: (line) => runCommandLine(line, deployment.lambdaUrl, credentials),
    vend: async (connection, rejectedVersion) =>
      (await invoke(functionOf("vend-token", connection), {
        account: accountOf(connection),
        ...(rejectedVersion === undefined ? {} : { rejectedVersion }),
      })) as VendResult,
    async consent(connection) {
      const account = accountOf(connection);
      const link = await invoke(functionOf("begin-consent", connection), { account });
      const { url = "" } = link as { url?: string };
      return (await consentInBrowser(url, defaultUser)).status;
    },
    restart: () => deployment.host.stopIdle(),
    async redeploy({ tableName, dynamoDbUrl = stack.dynamoDb.url, kms = stack.kms }) {
      const deployed = await synthesize(
        {
          realms: stack.providers.realms.map(({ settings }) => settings),
          consents: { baseUrl: stack.consentHost.browserUrl, requester: localRequester },
          ...{ confermaApi: stack.providers.conferma.pingUrl, bundled, tableName },
        },
        mkdtempSync(path.join(folder, "deployment-")),
      );
      for (const key of deployed.keys) kms.ensureKey(key);
      if (dynamoDbUrl !== stack.dynamoDb.url) {
        await createTables(dynamoDbUrl, deployed.tables, credentials);
      }
      const { functions } = deployed;
      const host = startLambdaHost({
        functions,
        endpoints: {
          ...{ DYNAMODB: dynamoDbUrl, KMS: kms.url },
          SECRETS_MANAGER: stack.secretsManager.url,
        },
        environment: { NODE_EXTRA_CA_CERTS: path.join(folder, "authorities.pem") },
        keysOf: identities.keysOf,
      });
      const { invoke: invokeFunction, processes } = host;
      const lambda = await startLambdaApi(
        { functions, invoke: invokeFunction, processes },
        { guard: identities.guard },
      );
      stops.push(host.stop, lambda.stop);
      stack.consentHost.deploy({ host, route: httpApiRoutes(deployed) });
      await deployment.host.stopIdle();
      deployment = { host, lambdaUrl: lambda.url };
    },
    async items(tableName = stack.tableName) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
      return Items;
    },
    async restoreInto(tableName, backup) {
      const [table] = stack.deployed.tables;
      if (!table) throw new Error("The template has no table.");
      await createTables(stack.dynamoDb.url, [{ ...table, name: tableName }], credentials);
      for (const Item of backup) {
        await client.send(new PutItemCommand({ TableName: tableName, Item }));
      }
    },
    async putMissing(Item) {
      const command = new PutItemCommand({
        ...{ TableName: stack.tableName, Item },
        ConditionExpression: "attribute_not_exists(pk)",
      });
      return client.send(command).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        },
      );
    },
    async replace(TableName, Item) {
      await client.send(new PutItemCommand({ TableName, Item }));
    },
    printed: () => printed,
    async deleteItem(connection) {
      const Key = { pk: { S: connection } };
      await client.send(new DeleteItemCommand({ TableName: stack.tableName, Key }));
    },
  };
}

async function runCommandLine(
  line: string,
  lambdaUrl: string,
  { accessKeyId, secretAccessKey }: LocalStack["identities"]["operator"]["keys"],
): Promise<OperatorRun> {
  const [, file = ""] = packageJson.scripts.vend.split(" ");
  const child = spawn(process.execPath, [path.join(root, file), ...line.split(" ")], {
    env: {
      ...{ AWS_ENDPOINT_URL_LAMBDA: lambdaUrl, AWS_REGION: LOCAL_LOCATION.region },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, notices, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode, out, notices };
}

/** The findings of `recover`, by connection. */
export async function findingsOf(
  { operate }: RecoveryStack,
  args: string,
): Promise<Record<string, string>> {
  const { out, notices } = await operate(`recover ${args} --json`.replace("  ", " "));
  try {
    const { connections } = JSON.parse(out) as {
      connections: { connection: string; finding: string }[];
    };
    return Object.fromEntries(connections.map(({ connection, finding }) => [connection, finding]));
  } catch (cause) {
    throw new Error(`recover ${args}: ${out}\n${notices}`, { cause });
  }
}
