import type { CryptoKey, JWTHeaderParameters, JWTPayload } from "jose";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** 20 November 2026, ten o'clock, in seconds since 1970. */
export const tenOClock = 1_795_168_800;

export interface SigningKey {
  readonly header: JWTHeaderParameters;
  readonly privateKey: CryptoKey;
  /** As published by the provider. */
  readonly jwk: object;
}

export async function signingKey(kid: string, alg = "RS256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  return { header: { alg, kid }, privateKey, jwk };
}

/** The claims of a provider like Centrapay, for the authorization request of a-consent.ts. */
export const claims: JWTPayload = {
  iss: "https://cognito-idp.ap-southeast-2.amazonaws.com/pool-1",
  aud: "client-1",
  sub: "person-1",
  nonce: "nonce-1",
  iat: tenOClock,
  exp: tenOClock + 3600,
};

export function idToken(
  { header, privateKey }: SigningKey,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT({ ...claims, ...changes }).setProtectedHeader(header).sign(privateKey);
}
