import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { SignJWT } from "jose/jwt/sign";
import { exportJWK } from "jose/key/export";
import type { SignProof } from "../../model/proof.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { IssuerContext } from "../exchange/token-request.ts";

const generate = promisify(generateKeyPair);
const der = { format: "der", type: "pkcs8" } as const;

/** A new private key for tokens to be bound to: P-256, which every server knows (RFC 7518 §3.1), as base64url of PKCS #8. */
export async function newProofKey(): Promise<Sensitive> {
  const { privateKey } = await generate("ec", { namedCurve: "P-256" });
  return new Sensitive(privateKey.export(der).toString("base64url"));
}

/** Signs proofs, each for one request: by its id (`jti`) a server knows one that is presented again (RFC 9449 §4.2). */
export function proofSigner({
  clock,
  newRequestId,
}: Pick<IssuerContext, "clock" | "newRequestId">): SignProof {
  return async ({ method, url, nonce }, key, token) => {
    const encoded = Buffer.from(key.expose(), "base64url");
    const privateKey = createPrivateKey({ key: encoded, ...der });
    const jwk = await exportJWK(createPublicKey(privateKey));
    const ofToken = token && { ath: hashOf(token) };
    return new SignJWT({ htm: method, htu: targetOf(url), nonce, ...ofToken })
      .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
      .setJti(newRequestId())
      .setIssuedAt(clock.now())
      .sign(privateKey);
  };
}

/** Without query and fragment. */
function targetOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function hashOf(token: Sensitive): string {
  return createHash("sha256").update(token.expose()).digest("base64url");
}
