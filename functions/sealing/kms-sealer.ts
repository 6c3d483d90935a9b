import type { KMSClientConfig } from "@aws-sdk/client-kms";
import { KMSClient } from "@aws-sdk/client-kms";
import type { Clock } from "../model/clock.ts";
import type { Sealer } from "../model/sealer.ts";
import { decrypt, encrypt } from "./aes-gcm.ts";
import { dataKeys } from "./data-keys.ts";

/** The first byte of a sealed token: the version of its layout. */
const layout = 1;
const headerBytes = 3;

/**
 * Seals tokens with data keys of a KMS key. Each connection has its own data keys, with the connection as their encryption
 * context. The encrypted data key is stored with the token.
 */
export function openKmsSealer(options: KMSClientConfig, keyArn: string, clock: Clock): Sealer {
  // Stryker disable next-line StringLiteral: every key's ARN has a Region, only the type does not know.
  const [, , , region = ""] = keyArn.split(":");
  const keys = dataKeys(new KMSClient({ ...options, region }), keyArn, clock);

  return {
    async prepare(connection, signal) {
      await keys.forSealing(connection, signal);
    },

    async seal(token, as, signal) {
      const { key, encrypted } = await keys.forSealing(as.connection, signal);
      return Buffer.concat([headerOf(encrypted), encrypted, encrypt(key, token, as)]);
    },

    async open(sealed, as, signal) {
      const parts = partsOf(sealed);
      if (!parts) return null;
      const key = await keys.forOpening(as.connection, parts.encryptedKey, signal);
      return key && decrypt(key, parts.token, as);
    },
  };
}

function headerOf(encryptedKey: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(layout);
  header.writeUInt16BE(encryptedKey.byteLength, 1);
  return header;
}

/** Null when the bytes were not sealed here. */
function partsOf(sealed: Uint8Array): { encryptedKey: Uint8Array; token: Uint8Array } | null {
  const bytes = Buffer.from(sealed);
  // Stryker disable next-line EqualityOperator: a header alone is refused below as well.
  if (bytes.byteLength < headerBytes || bytes.readUInt8() !== layout) return null;
  const end = headerBytes + bytes.readUInt16BE(1);
  if (end === headerBytes || end >= bytes.byteLength) return null;
  return { encryptedKey: bytes.subarray(headerBytes, end), token: bytes.subarray(end) };
}
