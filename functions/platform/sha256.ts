import type { Hash, Hmac, KeyObject } from "node:crypto";
import { createHash, createHmac, createSecretKey } from "node:crypto";

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256, or HMAC-SHA-256 with a secret, in the form that the AWS SDK's signer expects. */
export class Sha256 {
  private readonly hash: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", keyOf(secret));
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  /** Never called: the signer creates a new instance for each digest. */
  reset(): void {
    throw new Error("not implemented");
  }
}

/** Node finds out by an exception, which takes longer than the HMAC, that bytes are no key. */
function keyOf(secret: Bytes): string | KeyObject {
  if (typeof secret === "string") return secret;
  const bytes = ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
  return createSecretKey(bytes);
}
