import type { KeyType, VerifyKeyObjectInput } from "node:crypto";
import { constants, createPublicKey, verify } from "node:crypto";

type Members = Readonly<Record<string, unknown>>;

/** A signed assertion (RFC 7523 §3) as it was presented. What cannot be read has no members, and no signature fits it. */
export interface PresentedAssertion {
  readonly header: Members;
  readonly claims: Members;
  /** By the algorithm that its header names; `pem`: the public key. */
  isSignedBy(pem: string): boolean;
  /** At this instant, and not for longer than that. Without an end it never is. */
  isValidAt(now: number, longestLifeSeconds: number): boolean;
}

/** Independent of the library that signs. */
export function readAssertion(text: string): PresentedAssertion {
  const [header = {}, claims = {}] = text.split(".").slice(0, 2).map(decoded);
  const { exp, iat } = claims;
  return {
    header,
    claims,
    isSignedBy: (pem) => isSignedBy(pem, String(header["alg"]), text),
    isValidAt(now, longestLifeSeconds) {
      const seconds = now / 1000;
      const isBegun = iat === undefined || (typeof iat === "number" && iat <= seconds);
      const isOpen = typeof exp === "number" && exp > seconds;
      return isBegun && isOpen && exp <= seconds + longestLifeSeconds;
    },
  };
}

function decoded(part: string): Members {
  try {
    return Object(JSON.parse(Buffer.from(part, "base64url").toString()));
  } catch {
    return {};
  }
}

interface SignatureAlgorithm {
  readonly type: KeyType;
  readonly hash: string | null;
  readonly how: Omit<VerifyKeyObjectInput, "key">;
}

const ecdsa = (hash: string): SignatureAlgorithm => ({
  ...{ type: "ec", hash, how: { dsaEncoding: "ieee-p1363" } },
});

/** RFC 7518 §3.3 to §3.5, RFC 8037 §3.1. */
const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  RS256: { type: "rsa", hash: "sha256", how: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    type: "rsa",
    hash: "sha256",
    how: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  },
  ES256: ecdsa("sha256"),
  ES384: ecdsa("sha384"),
  ES512: ecdsa("sha512"),
  EdDSA: { type: "ed25519", hash: null, how: {} },
};

function isSignedBy(pem: string, alg: string, assertion: string): boolean {
  const known = Object.hasOwn(algorithms, alg) ? algorithms[alg] : undefined;
  const key = createPublicKey(pem);
  if (!known || known.type !== key.asymmetricKeyType) return false;
  const end = assertion.lastIndexOf(".");
  const signature = Buffer.from(assertion.slice(end + 1), "base64url");
  const signed = Buffer.from(assertion.slice(0, end));
  return verify(known.hash, signed, { key, ...known.how }, signature);
}
