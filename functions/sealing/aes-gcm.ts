import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Sensitive } from "../model/sensitive.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Nonce, ciphertext and tag (NIST SP 800-38D). `boundTo` is the additional data. */
export function encrypt(
  key: Sensitive<Uint8Array>,
  token: Sensitive,
  boundTo: string,
): readonly Uint8Array[] {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key.expose(), nonce);
  cipher.setAAD(Buffer.from(boundTo));
  // Stryker disable next-line StringLiteral: without an encoding, Node assumes UTF-8.
  return [nonce, cipher.update(token.expose(), "utf8"), cipher.final(), cipher.getAuthTag()];
}

/** Null when the bytes were changed, or encrypted with another key or other additional data. */
export function decrypt(
  key: Sensitive<Uint8Array>,
  encrypted: Uint8Array,
  boundTo: string,
): Sensitive | null {
  if (encrypted.byteLength < nonceBytes + tagBytes) return null;
  try {
    const nonce = encrypted.subarray(0, nonceBytes);
    const decipher = createDecipheriv(algorithm, key.expose(), nonce);
    decipher.setAAD(Buffer.from(boundTo));
    decipher.setAuthTag(encrypted.subarray(-tagBytes));
    const text = decipher.update(encrypted.subarray(nonceBytes, -tagBytes));
    return new Sensitive(Buffer.concat([text, decipher.final()]).toString("utf8"));
  } catch {
    return null;
  }
}
