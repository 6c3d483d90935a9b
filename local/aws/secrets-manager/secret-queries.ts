import { randomUUID } from "node:crypto";
import type { GetSecretValueRequest, ListSecretsRequest } from "@aws-sdk/client-secrets-manager";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { SecretRecord, SecretValue } from "./secret-record.ts";
import { invalidParameter, invalidRequest, versionWithStage } from "./secret-record.ts";

export function readSecretValue(input: {
  SecretString?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
}): SecretValue | undefined {
  if (input.SecretString !== undefined && input.SecretBinary !== undefined) {
    throw invalidParameter("You can't specify both SecretString and SecretBinary.");
  }
  if (input.SecretString !== undefined) return { string: input.SecretString };
  if (input.SecretBinary) return { base64: Buffer.from(input.SecretBinary).toString("base64") };
  return undefined;
}

export function newVersionId({
  ClientRequestToken: token,
}: {
  ClientRequestToken?: string | undefined;
}) {
  if (token !== undefined && (token.length < 32 || token.length > 64)) {
    throw invalidParameter("ClientRequestToken must be 32-64 characters long.");
  }
  return token ?? randomUUID();
}

export function requestedVersion(secret: SecretRecord, input: GetSecretValueRequest) {
  const { VersionId: id, VersionStage: stage } = input;
  if (!id) return versionWithStage(secret, stage ?? "AWSCURRENT");
  const isStaged = !stage || secret.versions[id]?.stages.includes(stage);
  if (secret.versions[id] && !isStaged) {
    throw invalidRequest(
      "You provided a VersionStage that is not associated to the provided VersionId.",
    );
  }
  return id;
}

export const describeVersion = ({ VersionId, VersionStage }: GetSecretValueRequest) =>
  VersionId ? `VersionId: ${VersionId}` : `staging label: ${VersionStage ?? "AWSCURRENT"}`;

/** One page, ordered by name. Of AWS's filters only `name` is implemented. */
export function listSecrets(
  secrets: readonly SecretRecord[],
  input: ListSecretsRequest,
): { page: SecretRecord[]; nextToken: string | undefined } {
  const prefixes = namePrefixes(input);
  const listed = secrets
    .filter((secret) => input.IncludePlannedDeletion || !secret.deletionAt)
    .filter(({ name }) =>
      prefixes.every((alternatives) => alternatives.some((prefix) => name.startsWith(prefix))),
    )
    .filter(({ name }) => name > (input.NextToken ?? ""))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const page = listed.slice(0, input.MaxResults ?? 100);
  return { page, nextToken: page.length < listed.length ? page.at(-1)?.name : undefined };
}

function namePrefixes({ Filters = [] }: ListSecretsRequest): string[][] {
  return Filters.map(({ Key, Values = [] }) => {
    if (Key === "name") return Values;
    throw new AwsError("NotImplementedLocally", `No filter on ${Key} is implemented`, {
      status: 501,
    });
  });
}
