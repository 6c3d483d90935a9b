import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateSecretCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import type { RawTemplate } from "../synthesized.ts";
import { resourcesIn } from "../synthesized.ts";

/**
 * Creates or updates a template's secrets as CloudFormation documents it for `AWS::SecretsManager::Secret`: without
 * `SecretString` and `GenerateSecretString` the secret is empty; "when you make a change to this property, a new secret
 * version is created". A property that is taken away has no value from which a version could be made.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
 */
export async function deploySecrets(
  client: SecretsManagerClient,
  before: RawTemplate,
  after: RawTemplate,
): Promise<void> {
  for (const [logicalId, { Properties }] of resourcesIn(after, "AWS::SecretsManager::Secret")) {
    await deploySecret(client, before.Resources[logicalId]?.Properties, Properties);
  }
}

async function deploySecret(
  client: SecretsManagerClient,
  before: SecretProperties | undefined,
  { Name, SecretString }: SecretProperties,
): Promise<void> {
  const value = SecretString === undefined ? {} : { SecretString };
  if (!before) {
    await client.send(new CreateSecretCommand({ Name, ...value }));
    return;
  }
  if (before.Name !== Name) throw new Error(`${before.Name} is replaced.`);
  if (SecretString === undefined || SecretString === before.SecretString) return;
  await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString }));
}

interface SecretProperties {
  readonly Name?: string;
  readonly SecretString?: string;
}

export const nothingDeployed: RawTemplate = { Resources: {} };
