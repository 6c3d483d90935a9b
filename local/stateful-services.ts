import path from "node:path";
import type { DynamoDbAnswer, LocalDynamoDb } from "./aws/dynamodb/dynamodb.ts";
import { startDynamoDb } from "./aws/dynamodb/dynamodb.ts";
import type { LocalAwsJsonServer } from "./aws/json-protocol/aws-json-server.ts";
import type { LocalKms } from "./aws/kms/kms.ts";
import { startKms } from "./aws/kms/kms.ts";
import type { LocalLogs } from "./aws/logs/cloudwatch-logs.ts";
import { startCloudWatchLogs } from "./aws/logs/cloudwatch-logs.ts";
import { startSecretsManager } from "./aws/secrets-manager/secrets-manager.ts";
import type { Guard } from "./aws/sigv4/guard.ts";
import type { LocalPorts } from "./ports.ts";
import { portOption } from "./ports.ts";

/** The emulated services that store data. */
export interface StatefulServices {
  readonly dynamoDb: LocalDynamoDb;
  readonly secretsManager: LocalAwsJsonServer;
  readonly kms: LocalKms;
  /** Its events end with it. */
  readonly logs: LocalLogs;
  stop(): Promise<void>;
}

interface StatefulServicesOptions {
  /** The data in it survives a restart. */
  readonly folder: string;
  readonly guard: Guard;
  readonly ports: LocalPorts;
  readonly onTableAnswer: ((answer: DynamoDbAnswer) => void) | undefined;
}

export async function startStatefulServices({
  folder,
  guard,
  ports,
  onTableAnswer,
}: StatefulServicesOptions): Promise<StatefulServices> {
  const dynamoDb = await startDynamoDb({
    ...portOption(ports.dynamoDb),
    guard,
    folder: path.join(folder, "dynamodb"),
    ...(onTableAnswer ? { onAnswer: onTableAnswer } : {}),
  });
  const secretsManager = await startSecretsManager({
    ...portOption(ports.secretsManager),
    guard,
    folder,
  });
  const kms = await startKms({ ...portOption(ports.kms), guard, folder });
  const logs = await startCloudWatchLogs({ ...portOption(ports.logs), guard });
  return {
    ...{ dynamoDb, secretsManager, kms, logs },
    async stop() {
      await Promise.all([dynamoDb, secretsManager, kms, logs].map((server) => server.stop()));
    },
  };
}
