import type { KeyType, VerifyKeyObjectInput } from "node:crypto";
import { constants, createPublicKey, verify } from "node:crypto";

/** What an assertion has to say besides who the client is. */
export interface AssertionRules {
  readonly now: () => number;
  /** RFC 7518 §3.1 (default: any). */
  readonly algorithm?: string | undefined;
  readonly audience: () => string;
}

/** Whether an assertion is the client's, signed by one of its keys (PEM), valid now, and presented for the first time. */
export type AssertionCheck = (
  clientId: string,
  assertion: string,
  publicKeys: readonly string[],
) => boolean;

/** Many servers refuse assertions that are valid for longer (RFC 7523 §3). */
const longestLifeSeconds = 600;

/** RFC 7523 §3. Independent of the library that signs. */
export function createAssertionCheck({ now, algorithm, audience }: AssertionRules): AssertionCheck {
  const used = new Set<string>();
  return (clientId, assertion, publicKeys) => {
    const [header = {}, claims = {}] = assertion.split(".").slice(0, 2).map(decoded);
    const { alg } = header;
    const { iss, sub, aud, exp, jti } = claims;
    const isFirst = typeof jti === "string" && !used.has(jti);
    const isOwn = iss === clientId && sub === clientId && [aud].flat().includes(audience());
    const isAllowed = algorithm === undefined || alg === algorithm;
    if (!isFirst || !isOwn || !isAllowed || !isValidAt(exp, now() / 1000)) return false;
    if (!publicKeys.some((pem) => isSignedBy(pem, String(alg), assertion))) return false;
    used.add(jti);
    return true;
  };
}

function isValidAt(exp: unknown, seconds: number): boolean {
  return typeof exp === "number" && exp > seconds && exp <= seconds + longestLifeSeconds;
}

function decoded(part: string): Readonly<Record<string, unknown>> {
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
