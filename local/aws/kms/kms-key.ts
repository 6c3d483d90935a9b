import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** A key as it is stored in the file: plain JSON. */
export interface KeyRecord {
  readonly id: string;
  readonly arn: string;
  readonly createdAt: string;
  readonly description: string;
  isEnabled: boolean;
  deletionAt?: string | undefined;
  /** In Base64. Rotation appends one, which encrypts from then on; the older ones still decrypt. */
  readonly materials: string[];
}

export type EncryptionContext = Readonly<Record<string, string>>;

const ALGORITHM = "aes-256-gcm";
/** Ciphertexts begin with these bytes as at AWS, followed by the key's hash, the index of its material, and padding. */
const MAGIC = Buffer.from("0102030078", "hex");
const MATERIAL_AT = MAGIC.length + 32;
/** Makes an encrypted data key of 32 bytes as long as at AWS: 184 bytes. */
const HEADER_BYTES = 124;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const generateMaterial = () => randomBytes(32).toString("base64");

export function encryptUnder(key: KeyRecord, text: Uint8Array, context: EncryptionContext): Buffer {
  const latest = key.materials.length - 1;
  const header = headerOf(key, latest);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, materialOf(key, latest), nonce);
  cipher.setAAD(Buffer.concat([header, canonical(context)]));
  return Buffer.concat([header, nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** Whether the ciphertext's header names this key. */
export function isEncryptedUnder(key: KeyRecord, blob: Uint8Array): boolean {
  return headerOf(key, 0).subarray(0, MATERIAL_AT).equals(blob.subarray(0, MATERIAL_AT));
}

/** Null if the ciphertext or the encryption context was changed. */
export function decryptUnder(
  key: KeyRecord,
  blob: Uint8Array,
  context: EncryptionContext,
): Buffer | null {
  const header = blob.subarray(0, HEADER_BYTES);
  const material = header[MATERIAL_AT] ?? key.materials.length;
  if (material >= key.materials.length || !headerOf(key, material).equals(header)) return null;
  const body = blob.subarray(HEADER_BYTES);
  if (body.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = body.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, materialOf(key, material), nonce);
  decipher.setAAD(Buffer.concat([header, canonical(context)]));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]);
  } catch {
    return null;
  }
}

function headerOf({ arn }: KeyRecord, material: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  createHash("sha256").update(arn).digest().copy(header, MAGIC.length);
  header.writeUInt8(material, MATERIAL_AT);
  return header;
}

function materialOf({ materials }: KeyRecord, index: number): Buffer {
  return Buffer.from(materials[index] ?? "", "base64");
}

/** Independent of the order of the pairs; case-sensitive. */
function canonical(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
