import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Sealer } from "../model/sealer.ts";
import { Sensitive } from "../model/sensitive.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Seals under one key that this process was given: nonce, ciphertext, tag (NIST SP 800-38D). */
export function localSealer(key: Sensitive<Uint8Array>): Sealer {
  return {
    async seal(token, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key.expose(), nonce);
      cipher.setAAD(Buffer.from(context));
      const sealed = [nonce, cipher.update(token.expose(), "utf8"), cipher.final()];
      return Buffer.concat([...sealed, cipher.getAuthTag()]);
    },

    async open(sealed, context) {
      try {
        const nonce = sealed.subarray(0, nonceBytes);
        const decipher = createDecipheriv(algorithm, key.expose(), nonce);
        decipher.setAAD(Buffer.from(context));
        decipher.setAuthTag(sealed.subarray(-tagBytes));
        const text = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
        return new Sensitive(Buffer.concat([text, decipher.final()]).toString("utf8"));
      } catch {
        return null;
      }
    },
  };
}
