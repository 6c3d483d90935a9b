import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import type { FailedCall } from "../../functions/platform/aws-connection.ts";
import { connectToAws } from "../../functions/platform/aws-connection.ts";
import { correctedClock } from "../../functions/platform/corrected-clock.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { quickKms } from "../../functions/sealing/quick-kms.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import { listen } from "../../local/aws/listen.ts";
import { readBytes } from "../../local/aws/read-body.ts";
import { addKey, aKmsKey } from "../support/kms.ts";

const EncryptionContext = { connection: "conferma/test/default" };

/** KMS as a process reaches it, and how often that has asked for what the SDK needs. */
function kmsAt(url: string, keyArn: string, failed?: FailedCall) {
  const clock = correctedClock(systemClock, () => {});
  const keys = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  const variables = { ...keys, AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL_KMS: url };
  const aws = connectToAws(variables, clock);
  const loads: string[] = [];
  const sdkOptions = async () => {
    loads.push("sdk");
    return { ...(await aws.sdkOptions()), endpoint: url };
  };
  return { kms: quickKms({ ...aws, sdkOptions }, keyArn, failed), loads };
}

async function aDataKey() {
  const { kms: server, keyArn } = await aKmsKey();
  onTestFinished(() => server.stop());
  const KeyId = keyArn;
  const { kms } = kmsAt(server.url, keyArn);
  const made = await kms.generateDataKey({ KeyId, KeySpec: "AES_256", EncryptionContext });
  server.requests.reset();
  const CiphertextBlob = made.CiphertextBlob ?? new Uint8Array();
  return { server, keyArn, Plaintext: made.Plaintext, CiphertextBlob };
}

describe("a data key", () => {
  test("is decrypted without the SDK, by one request", async () => {
    const { server, keyArn, Plaintext, CiphertextBlob } = await aDataKey();
    const { kms, loads } = kmsAt(server.url, keyArn);
    const opened = await kms.decrypt({ KeyId: keyArn, CiphertextBlob, EncryptionContext });
    expect(Plaintext?.byteLength).toBe(32);
    expect(Buffer.compare(opened.Plaintext ?? Buffer.alloc(0), Plaintext ?? Buffer.alloc(1))).toBe(
      0,
    );
    expect(loads).toEqual([]);
    expect(server.requests.total()).toBe(1);
  });

  test("of another context, or of another key, is refused in the SDK's words", async () => {
    const { server, keyArn, CiphertextBlob } = await aDataKey();
    const { kms } = kmsAt(server.url, keyArn);
    const another = { connection: "conferma/test/other" };
    await expect(
      kms.decrypt({ KeyId: keyArn, CiphertextBlob, EncryptionContext: another }),
    ).rejects.toMatchObject({ name: "InvalidCiphertextException", $fault: "client" });
    const KeyId = addKey(server);
    await expect(kms.decrypt({ KeyId, CiphertextBlob, EncryptionContext })).rejects.toMatchObject({
      name: "IncorrectKeyException",
    });
  });

  test("is decrypted by the SDK when KMS fails for a moment", async () => {
    const { server, keyArn, CiphertextBlob } = await aDataKey();
    const { kms, loads } = kmsAt(server.url, keyArn);
    server.injectFault({ fault: "throttle" }, 2);
    const opened = await kms.decrypt({ KeyId: keyArn, CiphertextBlob, EncryptionContext });
    expect(opened.Plaintext).toHaveLength(32);
    expect(loads).toEqual(["sdk"]);
  });

  test("that KMS does not make is told to whoever counts failed calls, and to the caller", async () => {
    const { server, keyArn: KeyId } = await aDataKey();
    const told: unknown[] = [];
    const { kms } = kmsAt(server.url, KeyId, (error) => {
      told.push(error);
      throw error;
    });
    server.injectFault({ fault: "deny" }, 1);
    const refused = { name: "AccessDeniedException" };
    const made = kms.generateDataKey({ KeyId, KeySpec: "AES_256", EncryptionContext });
    await expect(made).rejects.toMatchObject(refused);
    expect(told).toMatchObject([refused]);
  });
});

test.each([
  ["no key", {}],
  ["a key that is no text", { Plaintext: 7 }],
  ["a shorter key", { Plaintext: Buffer.alloc(16).toString("base64") }],
  ["a longer key", { Plaintext: Buffer.alloc(33).toString("base64") }],
  ["a list", []],
  ["null", null],
])("after an answer with %s the SDK is asked", async (_, answer) => {
  const { keyArn } = await aDataKey();
  const agents: string[] = [];
  const scopes: string[] = [];
  const types: string[] = [];
  const server = await listen(
    createServer(async (request, response) => {
      await readBytes(request);
      agents.push(String(request.headers["user-agent"]));
      scopes.push(String(request.headers.authorization));
      types.push(String(request.headers["content-type"]));
      const body =
        agents.length === 1 ? answer : { Plaintext: Buffer.alloc(32).toString("base64") };
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    }),
  );
  onTestFinished(() => server.stop());
  const { kms, loads } = kmsAt(server.url, keyArn);
  const CiphertextBlob = new Uint8Array([1]);
  const opened = await kms.decrypt({ KeyId: keyArn, CiphertextBlob, EncryptionContext });
  expect(opened.Plaintext).toHaveLength(32);
  expect(agents).toHaveLength(2);
  expect(loads).toEqual(["sdk"]);
  // In the SDK's protocol.
  expect(types).toEqual(["application/x-amz-json-1.1", "application/x-amz-json-1.1"]);
  // The key's Region, not the function's.
  expect(scopes[0]).toContain(`/${LOCAL_LOCATION.region}/kms/aws4_request`);
});
