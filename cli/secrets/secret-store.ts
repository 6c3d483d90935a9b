import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  paginateListSecretVersionIds,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { Sensitive } from "../../functions/model/sensitive.ts";
import { clientConfig } from "../aws-target.ts";
import { CommandFailure, cliFailure } from "../failure.ts";

/** The versions that have the stages of Secrets Manager; null for none. */
export interface SecretStages {
  readonly current: string | null;
  readonly pending: string | null;
  readonly previous: string | null;
}

export interface SecretVersionInfo {
  readonly versionId: string;
  readonly stages: readonly string[];
  /** ISO 8601; null when unknown. */
  readonly createdAt: string | null;
}

/**
 * The secrets of a deployment, in the account and Region that the environment names. No value can be read here: who runs
 * the command line needs no right to. Methods throw a `CommandFailure`.
 */
export interface SecretStore {
  /** Null for a secret that does not exist. */
  stagesOf(name: string): Promise<SecretStages | null>;
  versionsOf(name: string): Promise<SecretVersionInfo[]>;
  /** Creates a secret without a value, with the description and the tags that the stack's have. */
  create(name: string, sibling: string): Promise<void>;
  /** Stores a value as AWSPENDING. The first of a secret is AWSCURRENT at once. Returns its version. */
  stage(name: string, value: Sensitive): Promise<{ versionId: string; isCurrent: boolean }>;
  /** Makes a version current, if `from` still is. */
  promote(name: string, versionId: string, from: string | null): Promise<void>;
  /** Takes AWSPENDING from a version. */
  unstage(name: string, versionId: string): Promise<void>;
  close(): void;
}

export function openSecretStore(): SecretStore {
  const client = new SecretsManagerClient(clientConfig({}, "secretsmanager"));
  const send: SecretsManagerClient["send"] = client.send.bind(client);

  async function describe(SecretId: string) {
    try {
      return await send(new DescribeSecretCommand({ SecretId }));
    } catch (error) {
      if (nameOf(error) === "ResourceNotFoundException") return null;
      throw translated(error, "secretsmanager:DescribeSecret");
    }
  }

  return {
    async stagesOf(name) {
      const described = await describe(name);
      if (!described) return null;
      if (described.DeletedDate) throw isDeleted(name);
      const stages = Object.entries(described.VersionIdsToStages ?? {});
      const versionWith = (stage: string) =>
        stages.find(([, attached]) => attached.includes(stage))?.[0] ?? null;
      return {
        current: versionWith("AWSCURRENT"),
        pending: versionWith("AWSPENDING"),
        previous: versionWith("AWSPREVIOUS"),
      };
    },

    async versionsOf(SecretId) {
      const found: SecretVersionInfo[] = [];
      try {
        for await (const page of paginateListSecretVersionIds({ client }, { SecretId })) {
          for (const { VersionId = "", VersionStages = [], CreatedDate } of page.Versions ?? []) {
            const createdAt = CreatedDate?.toISOString() ?? null;
            found.push({ versionId: VersionId, stages: VersionStages, createdAt });
          }
        }
      } catch (error) {
        throw translated(error, "secretsmanager:ListSecretVersionIds");
      }
      return found;
    },

    async create(Name, sibling) {
      const { Tags = [] } = (await describe(sibling)) ?? {};
      // CloudFormation's own say which stack a resource belongs to, and are reserved.
      const tags = Tags.filter(({ Key = "" }) => !Key.startsWith("aws:"));
      const Description = `What ${Name.split("/").slice(-3).join("/")} issues with`;
      try {
        await send(new CreateSecretCommand({ Name, Description, Tags: tags }));
      } catch (error) {
        if (nameOf(error) === "ResourceExistsException") return;
        throw translated(error, "secretsmanager:CreateSecret and, for tags, TagResource");
      }
    },

    async stage(SecretId, value) {
      try {
        const { VersionId = "", VersionStages = [] } = await send(
          new PutSecretValueCommand({
            SecretId,
            SecretString: value.expose(),
            VersionStages: ["AWSPENDING"],
            ClientRequestToken: randomUUID(),
          }),
        );
        return { versionId: VersionId, isCurrent: VersionStages.includes("AWSCURRENT") };
      } catch (error) {
        throw translated(error, "secretsmanager:PutSecretValue");
      }
    },

    async promote(SecretId, MoveToVersionId, from) {
      try {
        await send(
          new UpdateSecretVersionStageCommand({
            SecretId,
            VersionStage: "AWSCURRENT",
            MoveToVersionId,
            ...(from === null ? {} : { RemoveFromVersionId: from }),
          }),
        );
      } catch (error) {
        if (changedErrors.has(nameOf(error))) throw changedMeanwhile(SecretId);
        throw translated(error, "secretsmanager:UpdateSecretVersionStage");
      }
    },

    async unstage(SecretId, RemoveFromVersionId) {
      try {
        const VersionStage = "AWSPENDING";
        const input = { SecretId, VersionStage, RemoveFromVersionId };
        await send(new UpdateSecretVersionStageCommand(input));
      } catch (error) {
        // Somebody else has staged another value since: then nothing is left to be done.
        if (changedErrors.has(nameOf(error))) return;
        throw translated(error, "secretsmanager:UpdateSecretVersionStage");
      }
    },

    close: () => client.destroy(),
  };
}

/** The version that is to lose the stage does not have it, or the one that is to get it is gone. */
const changedErrors = new Set(["InvalidParameterException", "ResourceNotFoundException"]);

export function changedMeanwhile(name: string): CommandFailure {
  return cliFailure(
    "secret-changed",
    "Somebody else has changed this secret",
    `Another value of ${name} was put at the same time. The value that was given here is not current.`,
  );
}

function isDeleted(name: string): CommandFailure {
  return cliFailure(
    "secret-deleted",
    "This secret is scheduled for deletion",
    `${name} cannot be changed: aws secretsmanager restore-secret --secret-id ${name}`,
  );
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** AWS's message is left out: one about an invalid parameter quotes it, and that may be the value. */
function translated(error: unknown, action: string): CommandFailure {
  if (error instanceof CommandFailure) return error;
  const name = nameOf(error);
  const { $metadata } = Object(error);
  const isDenied =
    $metadata?.httpStatusCode === 403 || /AccessDenied|Invalid.*Token|Unrecognized/.test(name);
  if (isDenied) {
    return cliFailure("not-allowed", "AWS denied access", `${name}: ${action} on this secret.`);
  }
  if (/Credentials|Token(Provider)?Error|Sso/i.test(name)) {
    return cliFailure("no-credentials", "No AWS credentials were found", name);
  }
  const title = "Secrets Manager did not do this";
  return cliFailure("secret-not-reached", title, `${name}, when asked for ${action}.`);
}
