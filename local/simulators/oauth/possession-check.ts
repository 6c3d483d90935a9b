import { createHash, createPublicKey } from "node:crypto";
import type { AccessRefusalReason } from "../kit/protected-route.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { headerOf } from "../kit/request.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { PresentedAssertion } from "./signed-assertion.ts";
import { readAssertion } from "./signed-assertion.ts";

/** Which key each token is bound to, and whether requests prove it (RFC 9449). It wants no nonces. */
export interface PossessionCheck {
  /** What a token request proves, or the error that it is answered: without a proof, or not for the refresh token's key. */
  ofTokenRequest(
    request: SimulatedRequest,
    refreshToken: string | null,
  ): ProvenKey | "invalid_dpop_proof" | "invalid_grant";
  /** Why a request to this address may not use its token, if so: without proof it could be anybody's. */
  refusalOf(request: SimulatedRequest, url: string, token: string): AccessRefusalReason | undefined;
}

interface ProvenKey {
  bind(...tokens: readonly (string | undefined)[]): void;
}

/** How far from now a proof may have been made. */
const maxAgeSeconds = 60;

export function createPossessionCheck(
  { now }: SimulatorContext,
  tokenUrl: () => string,
): PossessionCheck {
  const keys = new Map<string, string>();
  const seen = new Set<string>();

  function provenKey(request: SimulatedRequest, url: string, token?: string): string | undefined {
    const proof = readAssertion(headerOf(request, "dpop") ?? "");
    const { htm, htu, iat, jti, ath } = proof.claims;
    const isNew = typeof jti === "string" && !seen.has(jti);
    const isForThis = htm === request.method && htu === url;
    const isOfToken = ath === (token === undefined ? undefined : hashOf(token));
    const isOfNow = Math.abs(Number(iat) - now() / 1000) <= maxAgeSeconds;
    if (!isForThis || !isOfToken || !isOfNow || !isNew) return undefined;
    const key = signingKeyOf(proof);
    if (key !== undefined) seen.add(jti);
    return key;
  }

  return {
    ofTokenRequest(request, refreshToken) {
      const key = provenKey(request, tokenUrl());
      if (key === undefined) return "invalid_dpop_proof";
      if ((keys.get(refreshToken ?? "") ?? key) !== key) return "invalid_grant";
      return {
        bind(...tokens) {
          for (const token of tokens) if (token !== undefined) keys.set(token, key);
        },
      };
    },
    refusalOf(request, url, token) {
      const key = provenKey(request, url, token);
      return key !== undefined && keys.get(token) === key ? undefined : "malformed";
    },
  };
}

/** The thumbprint (RFC 7638) of the key in a proof, if the proof is signed by it. */
function signingKeyOf({ header, isSignedBy }: PresentedAssertion): string | undefined {
  const { typ, jwk } = header;
  const { kty, crv, x, y, d } = Object(jwk);
  if (typ !== "dpop+jwt" || d !== undefined) return undefined;
  try {
    const key = createPublicKey({ key: { kty, crv, x, y }, format: "jwk" });
    const pem = key.export({ type: "spki", format: "pem" }).toString();
    return isSignedBy(pem) ? hashOf(JSON.stringify({ crv, kty, x, y })) : undefined;
  } catch {
    return undefined;
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
