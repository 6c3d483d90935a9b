import type { Clock } from "../model/clock.ts";
import type { Sealer } from "../model/sealer.ts";
import type { KmsCalls } from "./data-keys.ts";
import { dataKeys } from "./data-keys.ts";
import type { SealingLayout } from "./sealed-layouts.ts";
import { layoutFor, openAs, sealAs } from "./sealed-layouts.ts";

const headerBytes = 3;

export interface KmsSealing {
  /** In which layout tokens are sealed. Both are opened. */
  readonly layout: SealingLayout;
  /** A KMS key under which tokens may still be sealed. */
  readonly previousKeyArn: string | null;
}

/**
 * Seals tokens with data keys of a KMS key. Each connection has its own data keys, with the connection as their encryption
 * context. The layout, and the encrypted data key, are stored in front of the token.
 */
export function kmsSealer(
  kms: KmsCalls,
  keyArn: string,
  clock: Clock,
  { layout, previousKeyArn }: KmsSealing = { layout: 2, previousKeyArn: null },
): Sealer {
  const keys = dataKeys(kms, keyArn, clock, previousKeyArn);

  return {
    async prepare(connection, signal) {
      await keys.forSealing(connection, signal, true);
    },

    async seal(token, as, signal) {
      const chosen = layoutFor(as, token, layout);
      const { keys: tokenKeys, encrypted } = await keys.forSealing(as.connection, signal);
      const header = headerOf(chosen, encrypted);
      return Buffer.concat([header, encrypted, sealAs(chosen, tokenKeys, token, as)]);
    },

    async open(sealed, as, signal) {
      const parts = partsOf(sealed);
      if (!parts) return null;
      const tokenKeys = await keys.forOpening(as.connection, parts.encryptedKey, signal);
      return tokenKeys && openAs(parts.layout, tokenKeys, parts.token, as);
    },
  };
}

function headerOf(layout: SealingLayout, encryptedKey: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(layout);
  header.writeUInt16BE(encryptedKey.byteLength, 1);
  return header;
}

interface SealedParts {
  readonly layout: SealingLayout;
  readonly encryptedKey: Uint8Array;
  readonly token: Uint8Array;
}

/** Null when the bytes were not sealed here. */
function partsOf(sealed: Uint8Array): SealedParts | null {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  // Stryker disable next-line EqualityOperator: a header alone is refused below as well.
  if (bytes.byteLength < headerBytes) return null;
  const layout = bytes.readUInt8();
  if (layout !== 1 && layout !== 2) return null;
  const end = headerBytes + bytes.readUInt16BE(1);
  if (end === headerBytes || end >= bytes.byteLength) return null;
  return { layout, encryptedKey: bytes.subarray(headerBytes, end), token: bytes.subarray(end) };
}
