import type {
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  LocalSecondaryIndex,
} from "@aws-sdk/client-dynamodb";
import {
  CreateTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { LOCAL_LOCATION } from "../arns.ts";
import type { AccessKeys } from "../sigv4/principals.ts";

/** A table with its CloudFormation properties: `AWS::DynamoDB::Table` or `AWS::DynamoDB::GlobalTable`. */
export interface TableDefinition {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Creates the tables that do not exist yet; existing tables are not changed. */
export async function createTables(
  endpoint: string,
  tables: readonly TableDefinition[],
  credentials: AccessKeys = { accessKeyId: "local", secretAccessKey: "local" },
): Promise<void> {
  // dynalite does not distinguish Regions.
  const client = new DynamoDBClient({ endpoint, region: LOCAL_LOCATION.region, credentials });
  try {
    const { TableNames: existing = [] } = await client.send(new ListTablesCommand({}));
    const missing = tables.filter(({ name }) => !existing.includes(name));
    await Promise.all(missing.map((table) => createTable(client, table)));
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  try {
    await client.send(new CreateTableCommand(createTableInput(table)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.1 },
    { TableName: table.name },
  );
}

/** The subset that local implementations support: without recovery, encryption, TTL and replicas. */
function createTableInput({ name, properties }: TableDefinition): CreateTableCommandInput {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } =
    properties as Partial<CreateTableCommandInput>;
  return {
    TableName: name,
    AttributeDefinitions,
    KeySchema,
    BillingMode: "PAY_PER_REQUEST",
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(index) }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes: LocalSecondaryIndexes.map(index) }),
  };
}

function index(properties: GlobalSecondaryIndex | LocalSecondaryIndex) {
  const { IndexName, KeySchema, Projection } = properties;
  return { IndexName, KeySchema, Projection };
}
