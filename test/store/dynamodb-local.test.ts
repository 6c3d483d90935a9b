import { DeleteTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { describePendingConsents } from "../support/describe-pending-consents.ts";
import { describeRenewalIndex } from "../support/describe-renewal-index.ts";
import { describeStatusReader } from "../support/describe-status-reader.ts";
import { describeTokenStore } from "../support/describe-token-store.ts";
import { javaAvailable, startDynamoDbLocal } from "../support/dynamodb-local.ts";
import { unless } from "../support/unless.ts";

const canRun = javaAvailable();
const reason = unless(canRun, "Java 17 or newer on the PATH");

/** One for all suites, because a JVM takes seconds to start; each finds it empty. */
describe.skipIf(!canRun)(`on DynamoDB Local${reason},`, () => {
  let dynamoDb: Awaited<ReturnType<typeof startDynamoDbLocal>>;
  beforeAll(async () => {
    dynamoDb = await startDynamoDbLocal();
  });
  afterAll(() => dynamoDb?.stop());

  const emptied = async () => {
    await deleteTables(dynamoDb.url);
    return { url: dynamoDb.url, stop: async () => undefined };
  };
  describe("the token store", () => describeTokenStore(emptied));
  describe("the renewal index", () => describeRenewalIndex(emptied));
  describe("the status reader", () => describeStatusReader(emptied));
  describe("pending consents", () => describePendingConsents(emptied));
});

async function deleteTables(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: "anybody", secretAccessKey: "anybody" };
  const client = new DynamoDBClient({ endpoint, region: LOCAL_LOCATION.region, credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames) await client.send(new DeleteTableCommand({ TableName }));
  client.destroy();
}
