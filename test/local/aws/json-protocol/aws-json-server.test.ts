import * as sdkClient from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { AwsError } from "../../../../local/aws/json-protocol/aws-json.ts";
import { startAwsJsonServer } from "../../../../local/aws/json-protocol/aws-json-server.ts";

it.each([
  ["lacks a member's type", { SecretString: 7 }, "'SecretString' is not a String"],
  ["has a member AWS does not know", { Secret: "a" }, "'Secret' is unknown"],
])("answers 500 when its own answer %s", async (_what, answer, message) => {
  const server = await startAwsJsonServer({
    sdkClient,
    signingName: "secretsmanager",
    targetPrefix: "secretsmanager",
    operations: { GetSecretValue: () => answer },
    errors: { throttle: new AwsError("Throttled", ""), fail: new AwsError("Failed", "") },
  });
  const response = await fetch(server.url, {
    method: "POST",
    headers: { "X-Amz-Target": "secretsmanager.GetSecretValue" },
    body: '{"SecretId":"a"}',
  });
  const body = await response.json();
  await server.stop();
  expect(response.status).toBe(500);
  expect(body).toMatchObject({ message: expect.stringContaining(message) });
});
