import path from "node:path";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { onTestFinished } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { summarizeRealm } from "../../functions/providers/catalogue.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import type { LocalAwsJsonServer } from "../../local/aws/json-protocol/aws-json-server.ts";
import type { LocalKms } from "../../local/aws/kms/kms.ts";
import { startKms } from "../../local/aws/kms/kms.ts";
import { startSecretsManager } from "../../local/aws/secrets-manager/secrets-manager.ts";
import type { SecretSeeder } from "../../local/secret-seeder.ts";
import { createSecretSeeder } from "../../local/secret-seeder.ts";
import { addKey } from "./kms.ts";
import { bundleOf, listConnectionsBundle, vendTokenBundle } from "./stack-bundle.ts";
import { TABLE, tokenTable } from "./token-table.ts";
import type { VendProcess } from "./vend-process.ts";
import { startVendProcess } from "./vend-process.ts";

const SEALING_KEY = `local:${Buffer.alloc(32, 7).toString("base64")}`;

/** Emulated AWS services, and processes that run the bundle. Stopped when the test ends. */
export interface TestStack {
  readonly dynamoDb: LocalDynamoDb;
  readonly secretsManager: LocalAwsJsonServer;
  readonly kms: LocalKms;
  /** The variable for processes that seal with a KMS key. */
  readonly kmsKey: { readonly SEALING_KEY: string };
  readonly secrets: SecretSeeder;
  start(realm: RealmInput, variables?: Readonly<Record<string, string>>): Promise<VendProcess>;
  startMany(count: number, realm: RealmInput): Promise<VendProcess[]>;
  /** Starts another function of the realm, by the name of its entry file. */
  startFunction(
    name: string,
    realm: RealmInput,
    variables?: Readonly<Record<string, string>>,
  ): Promise<VendProcess>;
  /** Starts a function from this bundle, for example an earlier release's. */
  startBundle(
    bundle: string,
    realm: RealmInput,
    variables?: Readonly<Record<string, string>>,
  ): Promise<VendProcess>;
  /** Starts the vend function from its source files instead of the bundle. */
  startFromSource(
    realm: RealmInput,
    variables?: Readonly<Record<string, string>>,
  ): Promise<VendProcess>;
  /** Starts the status function for these realms. */
  startStatus(realms: readonly RealmInput[], bundle?: string): Promise<VendProcess>;
  /** All items of the table. */
  items(): Promise<Record<string, AttributeValue>[]>;
  item(connection: string): Promise<Record<string, AttributeValue> | undefined>;
  /** Everything that any process has written to stdout and stderr. */
  printed(): string;
  /** The structured events of all processes. */
  events(name?: string): Record<string, unknown>[];
}

export async function startTestStack(): Promise<TestStack> {
  const [dynamoDb, secretsManager, kms] = await Promise.all([
    startDynamoDb(),
    startSecretsManager(),
    startKms(),
  ]);
  await createTables(dynamoDb.url, [tokenTable]);
  const client = new DynamoDBClient({
    endpoint: dynamoDb.url,
    region: LOCAL_LOCATION.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const processes: VendProcess[] = [];
  onTestFinished(async () => {
    await Promise.all(processes.map((process) => process.stop()));
    client.destroy();
    await Promise.all([dynamoDb.stop(), secretsManager.stop(), kms.stop()]);
  });

  async function run(bundle: string, variables: Readonly<Record<string, string>>) {
    const process = await startVendProcess(bundle, {
      AWS_REGION: LOCAL_LOCATION.region,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      TABLE_NAME: TABLE,
      ...variables,
    });
    processes.push(process);
    return process;
  }

  async function startBundle(
    bundle: string,
    realm: RealmInput,
    variables: Readonly<Record<string, string>> = {},
  ) {
    return run(bundle, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
      AWS_ENDPOINT_URL_KMS: kms.url,
      REALM: JSON.stringify(realm),
      SECRET_PREFIX: `token-vending/${realm.provider}/${realm.environment}/`,
      SEALING_KEY,
      ...variables,
    });
  }

  const start: TestStack["start"] = (realm, variables) =>
    startBundle(vendTokenBundle(), realm, variables);

  async function items() {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE }));
    return Items;
  }

  const printed = () => processes.map((process) => process.printed()).join("");
  return {
    dynamoDb,
    secretsManager,
    kms,
    kmsKey: { SEALING_KEY: addKey(kms) },
    secrets: createSecretSeeder(secretsManager.url, LOCAL_LOCATION.region),
    start,
    startBundle,
    startFromSource: (realm, variables) =>
      startBundle(
        path.join(import.meta.dirname, "../../functions/vend-token.ts"),
        realm,
        variables,
      ),
    startFunction: (name, realm, variables) => startBundle(bundleOf(name), realm, variables),
    startMany: (count, realm) => Promise.all(Array.from({ length: count }, () => start(realm))),
    startStatus: (realms, bundle = listConnectionsBundle()) =>
      run(bundle, { REALMS: JSON.stringify(realms.map(summarizeRealm)) }),
    items,
    item: async (connection) => (await items()).find(({ pk }) => pk?.S === connection),
    printed,
    events: (name) =>
      printed()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line))
        .filter(({ event }) => name === undefined || event === name),
  };
}
