import type { KeyObject } from "node:crypto";
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import type { SealedAs } from "../model/sealer.ts";
import { Sensitive } from "../model/sensitive.ts";
import { boundTokenIn } from "../model/token-record.ts";

/**
 * How a token is sealed. In layout 1 the data key encrypts it, bound to connection, version and kind. In layout 2 a key
 * derived from the data key does, bound to the token's terms too, and a commitment to the data key stands in front.
 * Releases before 0.3 open layout 1 only.
 */
export type SealingLayout = 1 | 2;

/** A data key in the clear, with what is derived from it. Node's keys print as nothing. */
export interface TokenKeys {
  readonly dataKey: KeyObject;
  readonly tokenKey: KeyObject;
  /** No two data keys have the same. AES-GCM alone could be made to open under two keys, to two texts. */
  readonly commitment: Uint8Array;
}

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
const tokenKeyBytes = 32;
const commitmentBytes = 32;

/** Derives both by HKDF (RFC 5869), so that the commitment tells nothing of the key that encrypts. */
export function tokenKeysOf(dataKey: Sensitive<Uint8Array>): TokenKeys {
  const length = tokenKeyBytes + commitmentBytes;
  const key = createSecretKey(dataKey.expose());
  const bytes = new Uint8Array(hkdfSync("sha256", key, "", "token-vending sealing 2", length));
  return {
    dataKey: key,
    tokenKey: createSecretKey(bytes.subarray(0, tokenKeyBytes)),
    commitment: bytes.subarray(tokenKeyBytes),
  };
}

/**
 * A link is sealed in the latest layout at once, and so is a token with the key that it is bound to: earlier releases do not
 * open links, and would vend the key.
 */
export function layoutFor(
  { kind }: SealedAs,
  text: Sensitive,
  tokens: SealingLayout,
): SealingLayout {
  return kind === "link" || boundTokenIn(text).proofKey ? 2 : tokens;
}

export function sealAs(
  layout: SealingLayout,
  { dataKey, tokenKey, commitment }: TokenKeys,
  token: Sensitive,
  as: SealedAs,
): Buffer {
  if (layout === 1) return Buffer.concat(encrypt(dataKey, token, boundIn1(as)));
  return Buffer.concat([commitment, ...encrypt(tokenKey, token, boundIn2(as))]);
}

/** Null when the bytes were changed, or sealed in another layout, with another key, or as something else. */
export function openAs(
  layout: SealingLayout,
  { dataKey, tokenKey, commitment }: TokenKeys,
  sealed: Uint8Array,
  as: SealedAs,
): Sensitive | null {
  if (layout === 1) return decrypt(dataKey, sealed, boundIn1(as));
  const isCommitted = Buffer.compare(sealed.subarray(0, commitmentBytes), commitment) === 0;
  return isCommitted ? decrypt(tokenKey, sealed.subarray(commitmentBytes), boundIn2(as)) : null;
}

function boundIn1({ connection, version, kind }: SealedAs): string {
  return `${connection}#${version}${kind === "token" ? "" : `#${kind}`}`;
}

/** No connection, version or kind contains a `#`, so no two of these are the same text. */
function boundIn2({ connection, version, kind, terms }: SealedAs): string {
  return `${connection}#${version}#${kind}#${terms}`;
}

/** Nonce, ciphertext and tag (NIST SP 800-38D). `boundTo` is the additional data. */
function encrypt(key: KeyObject, token: Sensitive, boundTo: string): readonly Uint8Array[] {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce);
  cipher.setAAD(Buffer.from(boundTo));
  // Stryker disable next-line StringLiteral: without an encoding, Node assumes UTF-8.
  return [nonce, cipher.update(token.expose(), "utf8"), cipher.final(), cipher.getAuthTag()];
}

/** Null when the bytes were changed, or encrypted with another key or other additional data. */
function decrypt(key: KeyObject, encrypted: Uint8Array, boundTo: string): Sensitive | null {
  if (encrypted.byteLength < nonceBytes + tagBytes) return null;
  try {
    const nonce = encrypted.subarray(0, nonceBytes);
    const decipher = createDecipheriv(algorithm, key, nonce);
    decipher.setAAD(Buffer.from(boundTo));
    decipher.setAuthTag(encrypted.subarray(-tagBytes));
    const text = decipher.update(encrypted.subarray(nonceBytes, -tagBytes));
    return new Sensitive(Buffer.concat([text, decipher.final()]).toString("utf8"));
  } catch {
    return null;
  }
}
