import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisabledException,
  DisableKeyCommand,
  EnableKeyCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSClient,
  KMSInternalException,
  KMSInvalidStateException,
  NotFoundException,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  UnsupportedOperationException,
} from "@aws-sdk/client-kms";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalKms } from "../../../../local/aws/kms/kms.ts";
import { startKms } from "../../../../local/aws/kms/kms.ts";
import { optionsOf } from "../../../support/kms.ts";

let kms: LocalKms;
let client: KMSClient;

beforeAll(async () => {
  kms = await startKms();
  client = new KMSClient(optionsOf(kms));
});
afterEach(() => kms.clearFaults());
afterAll(async () => {
  client.destroy();
  await kms.stop();
});

const context = { connection: "conferma/test/default", purpose: "test" };

async function createKey(): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description: "a test's" }));
  return KeyMetadata?.Arn ?? "";
}

const generate = (KeyId: string, EncryptionContext: Record<string, string> = context) =>
  client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext }));

async function blobOf(keyId: string): Promise<Uint8Array> {
  return (await generate(keyId)).CiphertextBlob ?? new Uint8Array();
}

const decrypt = (
  CiphertextBlob: Uint8Array | undefined,
  EncryptionContext: Record<string, string> = context,
  KeyId?: string,
) =>
  client.send(
    new DecryptCommand({
      CiphertextBlob,
      EncryptionContext,
      ...(KeyId !== undefined && { KeyId }),
    }),
  );

describe("a key", () => {
  it("is described by its id and by its ARN", async () => {
    const arn = await createKey();
    expect(arn).toMatch(/^arn:aws:kms:ap-southeast-2:000000000000:key\/[-0-9a-f]{36}$/);
    for (const KeyId of [arn, arn.slice(-36)]) {
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata).toMatchObject({
        Arn: arn,
        KeyState: "Enabled",
        Enabled: true,
        Description: "a test's",
        KeySpec: "SYMMETRIC_DEFAULT",
      });
    }
  });

  it("is refused if it does not exist, or if its kind is not implemented", async () => {
    const unknown = "1234abcd-12ab-34cd-56ef-1234567890ab";
    await expect(generate(unknown)).rejects.toThrow(
      `Key 'arn:aws:kms:ap-southeast-2:000000000000:key/${unknown}' does not exist`,
    );
    await expect(generate("alias/token-vending")).rejects.toBeInstanceOf(NotFoundException);
    const asymmetric = new CreateKeyCommand({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    await expect(client.send(asymmetric)).rejects.toBeInstanceOf(UnsupportedOperationException);
  });

  it("cannot be used while it is disabled", async () => {
    const KeyId = await createKey();
    const blob = await blobOf(KeyId);
    await client.send(new DisableKeyCommand({ KeyId }));
    await expect(generate(KeyId)).rejects.toBeInstanceOf(DisabledException);
    await expect(decrypt(blob)).rejects.toThrow(`${KeyId} is disabled.`);
    await client.send(new EnableKeyCommand({ KeyId }));
    expect((await decrypt(blob)).Plaintext).toHaveLength(32);
  });

  it("cannot be used while its deletion is pending, which can be cancelled", async () => {
    const KeyId = await createKey();
    const blob = await blobOf(KeyId);
    const { DeletionDate } = await client.send(
      new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }),
    );
    expect(Number(DeletionDate) - Date.now()).toBeGreaterThan(6 * 86_400_000);
    await expect(generate(KeyId)).rejects.toBeInstanceOf(KMSInvalidStateException);
    await expect(client.send(new EnableKeyCommand({ KeyId }))).rejects.toThrow("pending deletion");
    await client.send(new CancelKeyDeletionCommand({ KeyId }));
    await expect(decrypt(blob)).rejects.toBeInstanceOf(DisabledException);
    await client.send(new EnableKeyCommand({ KeyId }));
    expect((await decrypt(blob)).Plaintext).toHaveLength(32);
  });
});

describe("a data key", () => {
  it("is returned in plain text and encrypted, in 184 bytes, and differs each time", async () => {
    const KeyId = await createKey();
    const [one, other] = [await generate(KeyId), await generate(KeyId)];
    expect(one.KeyId).toBe(KeyId);
    expect(one.Plaintext).toHaveLength(32);
    expect(one.CiphertextBlob).toHaveLength(184);
    expect(one.Plaintext).not.toEqual(other.Plaintext);
    const { Plaintext, KeyId: by } = await decrypt(one.CiphertextBlob);
    expect(Buffer.from(Plaintext ?? [])).toEqual(Buffer.from(one.Plaintext ?? []));
    expect(by).toBe(KeyId);
  });

  it("has the requested length, given in one of two ways", async () => {
    const KeyId = await createKey();
    const lengthOf = async (size: object) =>
      (await client.send(new GenerateDataKeyCommand({ KeyId, ...size }))).Plaintext?.length;
    expect(await lengthOf({ KeySpec: "AES_128" })).toBe(16);
    expect(await lengthOf({ NumberOfBytes: 64 })).toBe(64);
    await expect(lengthOf({})).rejects.toMatchObject({ name: "ValidationException" });
    const twice = lengthOf({ KeySpec: "AES_128", NumberOfBytes: 16 });
    await expect(twice).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("decrypts only with its encryption context, whatever the order of the pairs", async () => {
    const blob = await blobOf(await createKey());
    const { connection, purpose } = context;
    expect((await decrypt(blob, { purpose, connection })).Plaintext).toHaveLength(32);
    const others: Record<string, string>[] = [
      {},
      { connection },
      { connection: "conferma/test/other", purpose },
      { connection, purpose: "Test" },
      { connection, purpose, more: "" },
      { connection: purpose, purpose: connection },
    ];
    for (const other of others) {
      await expect(decrypt(blob, other)).rejects.toBeInstanceOf(InvalidCiphertextException);
    }
  });

  it("decrypts only under its own key, which need not be named", async () => {
    const [own, other] = [await createKey(), await createKey()];
    const blob = await blobOf(own);
    expect((await decrypt(blob, context, own)).Plaintext).toHaveLength(32);
    await expect(decrypt(blob, context, other)).rejects.toBeInstanceOf(IncorrectKeyException);
  });

  it("does not decrypt if any byte was changed, or if it was truncated", async () => {
    const KeyId = await createKey();
    const blob = await blobOf(KeyId);
    for (let at = 0; at < blob.length; at += 1) {
      const changed = Uint8Array.from(blob, (byte, index) => (index === at ? byte ^ 1 : byte));
      await expect(decrypt(changed, context, KeyId)).rejects.toBeInstanceOf(
        InvalidCiphertextException,
      );
    }
    for (const length of [1, 37, 38, 124, 140, 151, 183]) {
      await expect(decrypt(blob.subarray(0, length))).rejects.toBeInstanceOf(
        InvalidCiphertextException,
      );
    }
    await expect(decrypt(Buffer.from("nonsense"))).rejects.toBeInstanceOf(
      InvalidCiphertextException,
    );
  });

  it("decrypts after its key was rotated", async () => {
    const KeyId = await createKey();
    const before = await blobOf(KeyId);
    await client.send(new RotateKeyOnDemandCommand({ KeyId }));
    const after = await blobOf(KeyId);
    expect((await decrypt(before)).Plaintext).toHaveLength(32);
    expect((await decrypt(after)).Plaintext).toHaveLength(32);
  });
});

describe("fault injection", () => {
  it("throttles, fails, denies and disconnects the given number of times, and counts requests", async () => {
    const KeyId = await createKey();
    kms.requests.reset();
    kms.injectFault({ operation: "GenerateDataKey", fault: "throttle" });
    await expect(generate(KeyId)).rejects.toMatchObject({ name: "ThrottlingException" });
    kms.injectFault({ fault: "fail" });
    await expect(generate(KeyId)).rejects.toBeInstanceOf(KMSInternalException);
    kms.injectFault({ fault: "deny" });
    await expect(generate(KeyId)).rejects.toMatchObject({ name: "AccessDeniedException" });
    kms.injectFault({ fault: "disconnect" });
    await expect(generate(KeyId)).rejects.toThrow(/hang up|ECONNRESET/);
    expect((await generate(KeyId)).Plaintext).toHaveLength(32);
    expect(kms.requests.of("GenerateDataKey")).toBe(5);
  });

  it("refuses input that violates AWS's model, and operations that are not implemented", async () => {
    const post = async (operation: string, body: string) => {
      const headers = { "X-Amz-Target": `TrentService.${operation}` };
      const response = await fetch(kms.url, { method: "POST", headers, body });
      return [response.status, ((await response.json()) as { __type: string }).__type];
    };
    expect(await post("DescribeKey", "{}")).toEqual([400, "ValidationException"]);
    expect(await post("StealKey", "{}")).toEqual([400, "UnknownOperationException"]);
    expect(await post("Sign", "{}")).toEqual([501, "NotImplementedLocally"]);
  });
});

describe("the keys' folder", () => {
  it("keeps keys over a restart, readable by their owner only, and still decrypts with them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "keys-"));
    const key = { id: "1234abcd-12ab-34cd-56ef-1234567890ab", description: "of a template" };
    const run = async <T>(act: (own: KMSClient) => Promise<T>): Promise<T> => {
      const server = await startKms({ folder });
      server.ensureKey(key);
      const own = new KMSClient(optionsOf(server));
      try {
        return await act(own);
      } finally {
        own.destroy();
        await server.stop();
      }
    };
    const command = new GenerateDataKeyCommand({ KeyId: key.id, KeySpec: "AES_256" });
    const before = await run((own) => own.send(command));
    const { CiphertextBlob } = before;
    const after = await run((own) => own.send(new DecryptCommand({ CiphertextBlob })));

    expect(Buffer.from(after.Plaintext ?? [])).toEqual(Buffer.from(before.Plaintext ?? []));
    expect(after.KeyId).toBe(`arn:aws:kms:ap-southeast-2:000000000000:key/${key.id}`);
    expect((await stat(join(folder, "kms-keys.json"))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["kms-keys.json"]);
    await rm(folder, { recursive: true });
  });
});
