import type { AwsConnection, FailedCall } from "../platform/aws-connection.ts";
import { onFirstUse } from "../platform/on-first-use.ts";
import type { KmsCalls } from "./data-keys.ts";

/** AES-256, which `data-keys.ts` asks for. */
const dataKeyBytes = 32;

/**
 * KMS in a key's Region. Decrypts without the SDK, which is loaded for a new data key, and where KMS gives no clear
 * answer.
 */
export function quickKms(aws: AwsConnection, keyArn: string, failed?: FailedCall): KmsCalls {
  // Stryker disable next-line StringLiteral: every key's ARN has a Region, only the type does not know.
  const [, , , region = ""] = keyArn.split(":");
  const sdk = onFirstUse(async () => {
    const { openSdkKms } = await import("./sdk-kms.ts");
    return openSdkKms({ ...(await aws.sdkOptions()), region }, failed);
  });
  return {
    generateDataKey: async (input) => (await sdk()).generateDataKey(input),

    async decrypt(input) {
      const CiphertextBlob = Buffer.from(input.CiphertextBlob).toString("base64");
      const answer = await aws.read({
        ...{ service: "kms", region, jsonVersion: "1.1" },
        target: "TrentService.Decrypt",
        input: { ...input, CiphertextBlob },
      });
      const key = dataKeyIn(answer);
      return key ? { Plaintext: key } : (await sdk()).decrypt(input);
    },
  };
}

function dataKeyIn(answer: unknown): Uint8Array | null {
  const key: unknown = Object(answer)["Plaintext"];
  if (typeof key !== "string") return null;
  const bytes = Buffer.from(key, "base64");
  return bytes.byteLength === dataKeyBytes ? bytes : null;
}
