import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, it, onTestFinished } from "vitest";
import { LOCAL_LOCATION } from "../../../../local/aws/arns.ts";
import { startDynamoDb } from "../../../../local/aws/dynamodb/dynamodb.ts";
import { startKms } from "../../../../local/aws/kms/kms.ts";
import { startLambdaApi } from "../../../../local/aws/lambda/lambda-api.ts";
import type { LocalServer } from "../../../../local/aws/listen.ts";
import { startCloudWatchLogs } from "../../../../local/aws/logs/cloudwatch-logs.ts";
import { requestLog } from "../../../../local/aws/request-log.ts";
import { startSecretsManager } from "../../../../local/aws/secrets-manager/secrets-manager.ts";
import { authenticator } from "../../../../local/aws/sigv4/authenticate.ts";
import type { AwsRequest, Guard } from "../../../../local/aws/sigv4/guard.ts";
import { createGuard } from "../../../../local/aws/sigv4/guard.ts";
import type { AccessKeys } from "../../../../local/aws/sigv4/principals.ts";
import { createPrincipals } from "../../../../local/aws/sigv4/principals.ts";

const principals = createPrincipals();
const role = principals.assume("arn:aws:iam::000000000000:role/Vend", "vend-token");
const nothing = () => Promise.reject(new Error("nothing is invoked here"));

interface Case {
  readonly start: (guard: Guard) => Promise<LocalServer>;
  readonly send: (client: { endpoint: string; credentials: AccessKeys }) => Promise<unknown>;
  readonly action: string;
}

const common = { region: LOCAL_LOCATION.region, maxAttempts: 1 };
const cases: Record<string, Case> = {
  DynamoDB: {
    start: (guard) => startDynamoDb({ guard }),
    send: (how) => new DynamoDBClient({ ...common, ...how }).send(new ListTablesCommand({})),
    action: "dynamodb:ListTables",
  },
  "Secrets Manager": {
    start: (guard) => startSecretsManager({ guard }),
    send: (how) => new SecretsManagerClient({ ...common, ...how }).send(new ListSecretsCommand({})),
    action: "secretsmanager:ListSecrets",
  },
  KMS: {
    start: (guard) => startKms({ guard }),
    send: (how) => new KMSClient({ ...common, ...how }).send(new CreateKeyCommand({})),
    action: "kms:CreateKey",
  },
  "CloudWatch Logs": {
    start: async (guard) => {
      const logs = await startCloudWatchLogs({ guard });
      logs.createGroup("one");
      return logs;
    },
    send: (how) =>
      new CloudWatchLogsClient({ ...common, ...how }).send(
        new FilterLogEventsCommand({ logGroupName: "one" }),
      ),
    action: "logs:FilterLogEvents",
  },
  Lambda: {
    start: (guard) =>
      startLambdaApi({ functions: [], invoke: nothing, processes: () => [] }, { guard }),
    send: (how) => new LambdaClient({ ...common, ...how }).send(new ListFunctionsCommand({})),
    action: "lambda:ListFunctions",
  },
};

it.each(Object.entries(cases))("%s accepts signed requests, and no others", async (_, each) => {
  const told: AwsRequest[] = [];
  const log = requestLog();
  const guard = createGuard(authenticator(principals), (request) => {
    told.push(request);
    log.add(request);
  });
  const server = await each.start(guard);
  onTestFinished(server.stop);
  const send = (keys: Partial<AccessKeys>) =>
    each.send({ endpoint: server.url, credentials: { ...role.keys, ...keys } });

  await send({});
  const refused = await Promise.allSettled([
    send({ accessKeyId: "ASIANOBODY" }),
    send({ sessionToken: "another" }),
    send({ secretAccessKey: "another" }),
  ]);

  expect(refused.map((result) => "reason" in result && result.reason.name)).toEqual([
    "UnrecognizedClientException",
    "UnrecognizedClientException",
    "InvalidSignatureException",
  ]);
  const { action } = each;
  const { arn, policyOwnerArn } = role;
  expect(told).toMatchObject([{ action, principal: arn, policyOwnerArn }]);
  expect([...(log.byPrincipal.get(arn) ?? [])]).toEqual([[action, 1]]);
});

it("each function's session is a principal of its own, always the same one", () => {
  const arn = "arn:aws:iam::000000000000:role/Renew";
  const one = principals.assume(arn, "renew-tokens");
  expect(one.arn).toBe("arn:aws:sts::000000000000:assumed-role/Renew/renew-tokens");
  expect(principals.assume(arn, "renew-tokens")).toBe(one);
  expect(principals.assume(arn, "another").keys.accessKeyId).not.toBe(one.keys.accessKeyId);
  expect(principals.user("operator").keys).not.toHaveProperty("sessionToken");
});
