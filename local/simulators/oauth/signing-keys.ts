import type { KeyObject } from "node:crypto";
import { generateKeyPair, sign } from "node:crypto";
import { promisify } from "node:util";
import { fingerprintOf } from "../kit/journal.ts";

/** RS256 keys: the newest one signs, and all published ones verify. */
export interface SimulatorSigningKeys {
  readonly kid: string;
  /** SubjectPublicKeyInfo, which an algorithm-confusion attack uses as HMAC key. */
  readonly publicPem: string;
  signature(signed: string): Buffer;
  /** RFC 7517 §5. */
  jwks(): { readonly keys: readonly object[] };
  /** From now on a new key signs. With `keepOld` the old one stays published. */
  rotate(how: { readonly keepOld: boolean }): Promise<void>;
}

interface SigningKey {
  readonly kid: string;
  readonly publicPem: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export async function createSigningKeys(): Promise<SimulatorSigningKeys> {
  let newest = await newKey();
  let published = [newest];
  return {
    get kid() {
      return newest.kid;
    },
    get publicPem() {
      return newest.publicPem;
    },
    signature: (signed) => sign("RSA-SHA256", Buffer.from(signed), newest.privateKey),
    jwks: () => ({
      keys: published.map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: "jwk" }),
        kid,
        alg: "RS256",
        use: "sig",
      })),
    }),
    async rotate({ keepOld }) {
      newest = await newKey();
      published = keepOld ? [...published, newest] : [newest];
    },
  };
}

async function newKey(): Promise<SigningKey> {
  const pair = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const publicPem = pair.publicKey.export({ format: "pem", type: "spki" }).toString();
  return { ...pair, publicPem, kid: fingerprintOf(publicPem) };
}
