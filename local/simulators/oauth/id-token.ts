import { createHmac } from "node:crypto";
import type { Claims } from "../kit/json-web-token.ts";
import { assembleJsonWebToken } from "../kit/json-web-token.ts";
import type { SimulatorSigningKeys } from "./signing-keys.ts";

/** Every defect of an ID token that a client has to detect (OIDC Core §3.1.3.7). */
export const idTokenCorruptions = [
  "bad-signature",
  "alg-none",
  "alg-hs256",
  "unknown-kid",
  "wrong-issuer",
  "wrong-audience",
  "extra-audience",
  "wrong-nonce",
  "missing-nonce",
  "expired",
  "other-subject",
  "missing",
] as const;

export type IdTokenCorruption = (typeof idTokenCorruptions)[number];

/** Undefined if the corruption is `missing`. */
export function signIdToken(
  keys: SimulatorSigningKeys,
  claims: Claims,
  corruption: IdTokenCorruption | undefined,
): string | undefined {
  const corrupted = { ...claims, ...corruptedClaims(claims)[corruption ?? "missing"] };
  switch (corruption) {
    case "missing":
      return undefined;
    case "alg-none":
      return assembleJsonWebToken({ alg: "none" }, corrupted, () => Buffer.alloc(0));
    case "alg-hs256":
      return assembleJsonWebToken({ alg: "HS256", kid: keys.kid }, corrupted, (signed) =>
        createHmac("sha256", keys.publicPem).update(signed).digest(),
      );
    case "bad-signature":
      return assembleJsonWebToken({ alg: "RS256", kid: keys.kid }, corrupted, (signed) =>
        keys.signature(`${signed} `),
      );
    case "unknown-kid":
      return assembleJsonWebToken({ alg: "RS256", kid: "unpublished" }, corrupted, keys.signature);
    default:
      return assembleJsonWebToken({ alg: "RS256", kid: keys.kid }, corrupted, keys.signature);
  }
}

function corruptedClaims(claims: Claims): Partial<Record<IdTokenCorruption, Claims>> {
  const dayS = 86_400;
  return {
    "wrong-issuer": { iss: "https://issuer.invalid" },
    "wrong-audience": { aud: "someone-else" },
    "extra-audience": { aud: [claims["aud"], "someone-else"] },
    "wrong-nonce": { nonce: "not-the-one-that-was-sent" },
    "missing-nonce": { nonce: undefined },
    expired: { iat: Number(claims["iat"]) - dayS, exp: Number(claims["exp"]) - dayS },
    "other-subject": { sub: "00000000-0000-4000-8000-000000000000" },
  };
}
