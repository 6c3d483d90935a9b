import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AwsTarget } from "./aws-target.ts";
import { clientConfig } from "./aws-target.ts";
import { CommandFailure, cliFailure, failureOfAwsError } from "./failure.ts";

/** The table's name, unless the deployment has given it another (infra/constructs/token-table.ts). */
const defaultTable = "token-vending";

/** Reads or writes the token table with the operator's own role. Throws a `CommandFailure`. */
export async function withTokenTable<T>(
  name: string | undefined,
  use: (client: DynamoDBClient, table: string) => Promise<T>,
  aws: AwsTarget = {},
): Promise<T> {
  const client = new DynamoDBClient(clientConfig(aws, "dynamodb"));
  const table = name ?? defaultTable;
  try {
    return await use(client, table);
  } catch (error) {
    throw error instanceof CommandFailure ? error : failureOfTable(error, table);
  } finally {
    client.destroy();
  }
}

function failureOfTable(error: unknown, table: string): CommandFailure {
  const { name, message = "" } = Object(error);
  if (name === "ResourceNotFoundException") {
    return cliFailure("no-table", "There is no such table", `${table}: ${message}`);
  }
  const failure = failureOfAwsError(error, "DynamoDB");
  if (failure.problem.code !== "not-allowed") return failure;
  const detail = `${table}: ${failure.problem.detail}`;
  return cliFailure("table-not-allowed", "AWS denied access to the table", detail);
}
