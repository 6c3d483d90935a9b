import { randomBytes, randomUUID } from "node:crypto";
import type * as Api from "@aws-sdk/client-kms";
import type { AwsLocation } from "../arns.ts";
import { arn } from "../arns.ts";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { RecordFile } from "../record-file.ts";
import type { KeyRecord } from "./kms-key.ts";
import { decryptUnder, encryptUnder, generateMaterial, isEncryptedUnder } from "./kms-key.ts";

const DAY_MS = 86_400_000;

export function kmsOperations(location: AwsLocation, file: RecordFile<KeyRecord>) {
  const keys = new Map(file.load().map((key) => [key.id, key]));
  const save = () => file.save(keys.values());

  /** By id or ARN; aliases are not implemented. */
  function find(keyId: string | undefined): KeyRecord {
    const found = [...keys.values()].find(({ id, arn }) => keyId === id || keyId === arn);
    if (found) return found;
    const name = keyId?.startsWith("arn:") ? keyId : arn(location, "kms", `key/${keyId}`);
    throw keyNotFound(`Key '${name}' does not exist`);
  }

  function findUsable(keyId: string | undefined): KeyRecord {
    const key = find(keyId);
    if (key.deletionAt) throw pendingDeletion(key.arn);
    if (!key.isEnabled) throw disabled(key.arn);
    return key;
  }

  function change(keyId: string | undefined, changes: Partial<KeyRecord>): KeyRecord {
    const key = find(keyId);
    if (key.deletionAt && !("deletionAt" in changes)) throw pendingDeletion(key.arn);
    Object.assign(key, changes);
    save();
    return key;
  }

  function create(id: string, description: string): KeyRecord {
    const key: KeyRecord = {
      id,
      arn: arn(location, "kms", `key/${id}`),
      createdAt: new Date().toISOString(),
      description,
      isEnabled: true,
      materials: [generateMaterial()],
    };
    keys.set(id, key);
    save();
    return key;
  }

  const operations = {
    CreateKey(input: Api.CreateKeyRequest): Api.CreateKeyResponse {
      const { KeyUsage = "ENCRYPT_DECRYPT", KeySpec = "SYMMETRIC_DEFAULT" } = input;
      if (KeyUsage !== "ENCRYPT_DECRYPT" || KeySpec !== "SYMMETRIC_DEFAULT") {
        throw unsupported("Only symmetric encryption keys are implemented.");
      }
      return { KeyMetadata: metadata(location, create(randomUUID(), input.Description ?? "")) };
    },

    DescribeKey(input: Api.DescribeKeyRequest): Api.DescribeKeyResponse {
      return { KeyMetadata: metadata(location, find(input.KeyId)) };
    },

    EnableKey(input: Api.EnableKeyRequest): object {
      change(input.KeyId, { isEnabled: true });
      return {};
    },

    DisableKey(input: Api.DisableKeyRequest): object {
      change(input.KeyId, { isEnabled: false });
      return {};
    },

    RotateKeyOnDemand(input: Api.RotateKeyOnDemandRequest): Api.RotateKeyOnDemandResponse {
      const { id, materials } = findUsable(input.KeyId);
      change(id, { materials: [...materials, generateMaterial()] });
      return { KeyId: id };
    },

    ScheduleKeyDeletion(input: Api.ScheduleKeyDeletionRequest): Api.ScheduleKeyDeletionResponse {
      const DeletionDate = new Date(Date.now() + (input.PendingWindowInDays ?? 30) * DAY_MS);
      const changes = { isEnabled: false, deletionAt: DeletionDate.toISOString() };
      const { arn } = change(find(input.KeyId).id, changes);
      return { KeyId: arn, DeletionDate, KeyState: "PendingDeletion" };
    },

    CancelKeyDeletion(input: Api.CancelKeyDeletionRequest): Api.CancelKeyDeletionResponse {
      return { KeyId: change(input.KeyId, { deletionAt: undefined }).arn };
    },

    GenerateDataKey(input: Api.GenerateDataKeyRequest): Api.GenerateDataKeyResponse {
      const key = findUsable(input.KeyId);
      const Plaintext = randomBytes(lengthOf(input));
      const CiphertextBlob = encryptUnder(key, Plaintext, input.EncryptionContext ?? {});
      return { KeyId: key.arn, Plaintext, CiphertextBlob };
    },

    Decrypt(input: Api.DecryptRequest): Api.DecryptResponse {
      const { CiphertextBlob: blob = Buffer.alloc(0), EncryptionContext = {} } = input;
      const requestedKey = input.KeyId === undefined ? null : findUsable(input.KeyId);
      const owner = [...keys.values()].find((key) => isEncryptedUnder(key, blob));
      if (!owner) throw invalidCiphertext();
      if (requestedKey && requestedKey !== owner) throw incorrectKey();
      const key = findUsable(owner.id);
      const Plaintext = decryptUnder(key, blob, EncryptionContext);
      if (!Plaintext) throw invalidCiphertext();
      return { KeyId: key.arn, Plaintext, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
    },
  };
  return { operations, has: (id: string) => keys.has(id), create };
}

function lengthOf({ KeySpec, NumberOfBytes }: Api.GenerateDataKeyRequest): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw validation("Please specify either number of bytes or key spec.");
  }
  return NumberOfBytes ?? (KeySpec === "AES_128" ? 16 : 32);
}

function metadata({ accountId }: AwsLocation, key: KeyRecord): Api.KeyMetadata {
  const { id, arn, createdAt, description, isEnabled, deletionAt } = key;
  const state = isEnabled ? "Enabled" : "Disabled";
  return {
    KeyId: id,
    Arn: arn,
    AWSAccountId: accountId,
    CreationDate: new Date(createdAt),
    Description: description,
    Enabled: isEnabled,
    KeyState: deletionAt === undefined ? state : "PendingDeletion",
    DeletionDate: deletionAt === undefined ? undefined : new Date(deletionAt),
    KeyUsage: "ENCRYPT_DECRYPT",
    KeySpec: "SYMMETRIC_DEFAULT",
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    KeyManager: "CUSTOMER",
    Origin: "AWS_KMS",
    MultiRegion: false,
  };
}

// The messages are those of AWS.
const keyNotFound = (message: string) => new AwsError("NotFoundException", message);
const disabled = (arn: string) => new AwsError("DisabledException", `${arn} is disabled.`);
const pendingDeletion = (arn: string) =>
  new AwsError("KMSInvalidStateException", `${arn} is pending deletion.`);
const unsupported = (message: string) => new AwsError("UnsupportedOperationException", message);
const validation = (message: string) => new AwsError("ValidationException", message);
/** KMS gives no message here. */
const invalidCiphertext = () => new AwsError("InvalidCiphertextException", "");
const incorrectKey = () =>
  new AwsError(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
