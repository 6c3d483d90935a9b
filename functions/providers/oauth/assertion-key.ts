import { createPrivateKey } from "node:crypto";
import type { Sensitive } from "../../model/sensitive.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";

/** What signs assertions. */
export interface AssertionKey {
  /** PEM. */
  readonly privateKey: Sensitive;
  /** Names the key where several are registered, as they are while keys rotate (RFC 7515 §4.1.4). */
  readonly keyId: string | undefined;
  /** RFC 7518 §3.1, RFC 8037. */
  readonly algorithm: string;
}

/** The members of a secret that hold the key. */
export interface KeyMembers {
  readonly privateKey?: Sensitive | undefined;
  readonly keyId?: string | undefined;
}

/** The secret's key, or what is wrong with it. `reason` says which setting needs one. */
export function assertionKey(
  { signingAlgorithm }: { readonly signingAlgorithm?: string | undefined },
  { privateKey, keyId }: KeyMembers,
  reason: string,
): AssertionKey | FieldProblem {
  const field = "privateKey";
  if (!privateKey) return { field, problem: `is missing: ${reason}` };
  const possible = algorithmsOf(privateKey);
  const algorithm = signingAlgorithm ?? possible[0];
  if (algorithm === undefined)
    return { field, problem: "must be RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519" };
  if (!possible.includes(algorithm))
    return { field, problem: `cannot sign by ${algorithm}, the signingAlgorithm` };
  return { privateKey, keyId, algorithm };
}

/** RFC 7518 §3.4. */
const ofCurve: Readonly<Record<string, string>> = {
  prime256v1: "ES256",
  secp384r1: "ES384",
  secp521r1: "ES512",
};

/** The algorithms by which a key can sign, the usual one first. */
function algorithmsOf(privateKey: Sensitive): string[] {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(privateKey.expose());
  const { modulusLength = 0, namedCurve = "" } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === "ed25519") return ["EdDSA"];
  // RFC 7518 §3.3, §3.5.
  if (asymmetricKeyType === "rsa") return modulusLength < 2048 ? [] : ["RS256", "PS256"];
  const algorithm = ofCurve[namedCurve];
  return algorithm === undefined ? [] : [algorithm];
}
