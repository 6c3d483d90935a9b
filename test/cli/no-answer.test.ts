import { createServer } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { clientConfig } from "../../cli/aws-target.ts";
import { withTokenTable } from "../../cli/token-table.ts";
import { readRecordAsOperator } from "../../functions/store/dynamodb-operator-record.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { listen } from "../../local/aws/listen.ts";
import { tokenTable } from "../support/token-table.ts";
import { lambdaAccount } from "./lambda-account.ts";

const silent = async () => {
  const server = await listen(createServer(() => undefined));
  onTestFinished(server.stop);
  return server.url;
};

test("a freeze does not wait for a status that does not come", async () => {
  const account = await lambdaAccount({});
  const database = await startDynamoDb();
  onTestFinished(database.stop);
  await createTables(database.url, [{ ...tokenTable, name: "token-vending" }]);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", database.url);
  vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", await silent());
  const { exitCode, out, notices } = await account.run("freeze cfis/live --reason Leaked.");
  expect({ exitCode, notices }).toEqual({
    exitCode: 0,
    notices: "Could not check that cfis/live is deployed: no answer.",
  });
  expect(out).toContain("cfis/live is frozen");
}, 15_000);

test("a service that does not answer was not reached", async () => {
  await lambdaAccount({});
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", await silent());
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  const reading = withTokenTable(undefined, (client, name) =>
    readRecordAsOperator(client, name, "cfis/live/default"),
  );
  await expect(reading).rejects.toMatchObject({
    problem: { code: "not-reached", detail: expect.stringContaining("TimeoutError") },
  });
}, 20_000);

test.each(["lambda", "logs", "dynamodb", "secretsmanager"] as const)(
  "requests to %s end",
  (service) => {
    const { requestHandler } = clientConfig({}, service);
    expect(requestHandler.throwOnRequestTimeout).toBe(true);
    expect(requestHandler.requestTimeout).toBeLessThanOrEqual(60_000);
  },
);
