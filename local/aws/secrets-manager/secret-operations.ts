import type * as Api from "@aws-sdk/client-secrets-manager";
import type { AwsLocation } from "../arns.ts";
import { secretArn } from "../arns.ts";
import type { RecordFile } from "../record-file.ts";
import {
  describeVersion,
  listSecrets,
  newVersionId,
  readSecretValue,
  requestedVersion,
} from "./secret-queries.ts";
import type { SecretRecord } from "./secret-record.ts";
import {
  addVersion,
  alreadyExists,
  checkStageMove,
  invalidRequest,
  moveStage,
  secretNotFound,
} from "./secret-record.ts";

const DAY_MS = 86_400_000;
const MARKED_FOR_DELETION =
  "You can't perform this operation on the secret because it was marked for deletion.";
const NAME_TO_BE_DELETED =
  "You can't create this secret because a secret with this name is already scheduled for deletion.";

export function secretOperations(location: AwsLocation, file: RecordFile<SecretRecord>) {
  const secrets = new Map(file.load().map((secret) => [secret.name, secret]));
  const save = () => file.save(secrets.values());

  /** By name, ARN, or ARN without its random suffix. */
  function find(secretId: string | undefined): SecretRecord {
    const found = [...secrets.values()].find(({ name, arn }) =>
      [name, arn, arn.slice(0, -"-AbCdEf".length)].includes(secretId ?? ""),
    );
    if (!found) throw secretNotFound("Secrets Manager can't find the specified secret.");
    return found;
  }

  function findAlive(secretId: string | undefined): SecretRecord {
    const secret = find(secretId);
    if (secret.deletionAt) throw invalidRequest(MARKED_FOR_DELETION);
    return secret;
  }

  function changed(secret: SecretRecord): void {
    secret.changedAt = new Date().toISOString();
    save();
  }

  return {
    CreateSecret(input: Api.CreateSecretRequest): Api.CreateSecretResponse {
      const name = input.Name ?? "";
      const existing = secrets.get(name);
      if (existing?.deletionAt) throw invalidRequest(NAME_TO_BE_DELETED);
      if (existing)
        throw alreadyExists(`The operation failed because the secret ${name} already exists.`);
      const now = new Date().toISOString();
      const secret: SecretRecord = {
        arn: secretArn(location, name),
        name,
        createdAt: now,
        changedAt: now,
        description: input.Description,
        tags: input.Tags,
        versions: {},
      };
      const value = readSecretValue(input);
      const versionId = value && newVersionId(input);
      if (value && versionId) addVersion(secret, versionId, value, []);
      secrets.set(name, secret);
      save();
      return { ...identity(secret), VersionId: versionId };
    },

    PutSecretValue(input: Api.PutSecretValueRequest): Api.PutSecretValueResponse {
      const secret = findAlive(input.SecretId);
      const value = readSecretValue(input);
      if (!value) throw invalidRequest("You must provide either SecretString or SecretBinary.");
      const versionId = newVersionId(input);
      addVersion(secret, versionId, value, input.VersionStages ?? ["AWSCURRENT"]);
      changed(secret);
      const VersionStages = secret.versions[versionId]?.stages;
      return { ...identity(secret), VersionId: versionId, VersionStages };
    },

    GetSecretValue(input: Api.GetSecretValueRequest): Api.GetSecretValueResponse {
      const secret = findAlive(input.SecretId);
      const versionId = requestedVersion(secret, input);
      const version = versionId && secret.versions[versionId];
      if (!version)
        throw secretNotFound(
          `Secrets Manager can't find the specified secret value for ${describeVersion(input)}`,
        );
      return {
        ...identity(secret),
        VersionId: versionId,
        VersionStages: version.stages,
        CreatedDate: new Date(version.createdAt),
        ...("string" in version.value
          ? { SecretString: version.value.string }
          : { SecretBinary: Buffer.from(version.value.base64, "base64") }),
      };
    },

    UpdateSecretVersionStage(
      input: Api.UpdateSecretVersionStageRequest,
    ): Api.UpdateSecretVersionStageResponse {
      const secret = findAlive(input.SecretId);
      const stage = input.VersionStage ?? "";
      const to = input.MoveToVersionId;
      checkStageMove(secret, { stage, from: input.RemoveFromVersionId, to });
      moveStage(secret, stage, to);
      changed(secret);
      return identity(secret);
    },

    DescribeSecret(input: Api.DescribeSecretRequest): Api.DescribeSecretResponse {
      const secret = find(input.SecretId);
      return { ...description(secret), VersionIdsToStages: stagesByVersion(secret) };
    },

    ListSecretVersionIds(input: Api.ListSecretVersionIdsRequest): Api.ListSecretVersionIdsResponse {
      const secret = find(input.SecretId);
      const Versions = Object.entries(secret.versions)
        .filter(([, { stages }]) => input.IncludeDeprecated || stages.length > 0)
        .map(([VersionId, { createdAt, stages: VersionStages }]) => ({
          ...{ VersionId, VersionStages, CreatedDate: new Date(createdAt) },
        }));
      return { ...identity(secret), Versions };
    },

    ListSecrets(input: Api.ListSecretsRequest): Api.ListSecretsResponse {
      const { page, nextToken } = listSecrets([...secrets.values()], input);
      return {
        SecretList: page.map((secret) => ({
          ...description(secret),
          SecretVersionsToStages: stagesByVersion(secret),
        })),
        NextToken: nextToken,
      };
    },

    DeleteSecret(input: Api.DeleteSecretRequest): Api.DeleteSecretResponse {
      const secret = (input.ForceDeleteWithoutRecovery ? find : findAlive)(input.SecretId);
      const days = input.ForceDeleteWithoutRecovery ? 0 : (input.RecoveryWindowInDays ?? 30);
      secret.deletionAt = new Date(Date.now() + days * DAY_MS).toISOString();
      if (input.ForceDeleteWithoutRecovery) secrets.delete(secret.name);
      save();
      return { ...identity(secret), DeletionDate: new Date(secret.deletionAt) };
    },

    RestoreSecret(input: Api.RestoreSecretRequest): Api.RestoreSecretResponse {
      const secret = find(input.SecretId);
      secret.deletionAt = undefined;
      save();
      return identity(secret);
    },
  };
}

const identity = (secret: SecretRecord) => ({ ARN: secret.arn, Name: secret.name });

const description = (secret: SecretRecord) => ({
  ...identity(secret),
  Description: secret.description,
  Tags: secret.tags,
  CreatedDate: new Date(secret.createdAt),
  LastChangedDate: new Date(secret.changedAt),
  DeletedDate: secret.deletionAt === undefined ? undefined : new Date(secret.deletionAt),
});

function stagesByVersion(secret: SecretRecord): Record<string, string[]> {
  const staged = Object.entries(secret.versions).filter(([, { stages }]) => stages.length > 0);
  return Object.fromEntries(staged.map(([id, { stages }]) => [id, stages]));
}
