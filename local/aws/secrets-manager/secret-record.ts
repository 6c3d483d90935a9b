import { AwsError } from "../json-protocol/aws-json.ts";

// The messages are those of AWS.
export const secretNotFound = (message: string) =>
  new AwsError("ResourceNotFoundException", message);
export const alreadyExists = (message: string) => new AwsError("ResourceExistsException", message);
export const invalidRequest = (message: string) => new AwsError("InvalidRequestException", message);
export const invalidParameter = (message: string) =>
  new AwsError("InvalidParameterException", message);

/** A secret as it is stored in the file: plain JSON. */
export interface SecretRecord {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: string;
  changedAt: string;
  description?: string | undefined;
  tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined;
  deletionAt?: string | undefined;
  versions: Record<string, SecretVersion>;
}

interface SecretVersion {
  readonly value: SecretValue;
  readonly createdAt: string;
  stages: string[];
}

export type SecretValue = { readonly string: string } | { readonly base64: string };

const CURRENT = "AWSCURRENT";
const PREVIOUS = "AWSPREVIOUS";

export function versionWithStage(secret: SecretRecord, stage: string): string | undefined {
  return Object.keys(secret.versions).find((id) => secret.versions[id]?.stages.includes(stage));
}

/** A version is immutable: the same token with the same value is a retry, with another value an error. */
export function addVersion(
  secret: SecretRecord,
  versionId: string,
  value: SecretValue,
  stages: readonly string[],
): void {
  const existing = secret.versions[versionId];
  if (existing && JSON.stringify(existing.value) !== JSON.stringify(value)) {
    throw alreadyExists(
      `You can't use ClientRequestToken ${versionId} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  if (existing) return;
  const isFirst = Object.keys(secret.versions).length === 0;
  secret.versions[versionId] = { value, createdAt: new Date().toISOString(), stages: [] };
  for (const stage of isFirst ? new Set([CURRENT, ...stages]) : stages) {
    moveStage(secret, stage, versionId);
  }
}

/** The version that loses AWSCURRENT becomes AWSPREVIOUS. */
export function moveStage(secret: SecretRecord, stage: string, to: string | undefined): void {
  const from = versionWithStage(secret, stage);
  if (from === to) return;
  const previous = from && secret.versions[from];
  if (previous) previous.stages = previous.stages.filter((each) => each !== stage);
  if (to) secret.versions[to]?.stages.push(stage);
  if (stage === CURRENT && from) moveStage(secret, PREVIOUS, from);
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html */
export function checkStageMove(
  secret: SecretRecord,
  move: { stage: string; from: string | undefined; to: string | undefined },
): void {
  const current = versionWithStage(secret, move.stage);
  if (move.to && !secret.versions[move.to]) {
    throw secretNotFound(`Secrets Manager can't find the specified secret version: ${move.to}.`);
  }
  if (move.stage === CURRENT && !move.to) {
    throw invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.",
    );
  }
  if (current && current !== move.to && current !== move.from) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${move.stage} is currently attached to version ${current}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
}
