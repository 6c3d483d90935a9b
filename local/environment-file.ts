import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { realmName } from "../functions/model/connection.ts";
import type { RealmInput } from "../functions/providers/catalogue.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import type { AnyLocalStack } from "./stack.ts";

/** The variables with which AWS's tools and a team's app find the stack. */
export function variablesOf(stack: AnyLocalStack): Readonly<Record<string, string>> {
  const { identities, dynamoDb, secretsManager, kms, logs, lambda, http, consentHost } = stack;
  const { accessKeyId, secretAccessKey } = identities.operator.keys;
  const functions = stack.providers.realms.map((realm) => {
    const { provider, environment } = realm.settings;
    return [`VEND_${variableName(`${provider}_${environment}`)}`, stack.functionOf(realm).name];
  });
  const isOnly = ({ provider }: RealmInput) =>
    stack.providers.realms.filter(({ settings }) => settings.provider === provider).length === 1;
  const simulators = stack.providers.realms.map(({ settings, simulator }) => [
    `SIMULATOR_${variableName(isOnly(settings) ? settings.provider : realmName(settings))}`,
    simulator.url,
  ]);
  return {
    AWS_REGION: LOCAL_LOCATION.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
    AWS_ENDPOINT_URL_KMS: kms.url,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url,
    TABLE_NAME: stack.tableName,
    TOKEN_VENDING_URL: http.url,
    CONSENT_BASE_URL: consentHost.browserUrl,
    ...Object.fromEntries(functions),
    ...Object.fromEntries(simulators),
  };
}

/**
 * Writes `.env` into the folder, for `node --env-file`, dotenv and a shell's `source`. Returns how to remove it. Its keys are
 * valid on this machine only.
 */
export function writeEnvironmentFile(
  folder: string,
  variables: Readonly<Record<string, string>>,
): () => void {
  const file = path.join(folder, ".env");
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(""), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

const variableName = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
