import { createPrivateKey } from "node:crypto";
import { SignJWT } from "jose/jwt/sign";
import { plusMs } from "../../model/clock.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import type { Parameters } from "./request-parameters.ts";

/** What signs a client's assertions, and to whom they are addressed. */
export interface AssertionKey {
  /** PEM. */
  readonly privateKey: Sensitive;
  /** Names the key where the client has registered several, as it does while they rotate (RFC 7515 §4.1.4). */
  readonly keyId: string | undefined;
  /** RFC 7518 §3.1, RFC 8037. */
  readonly algorithm: string;
  /** The token endpoint or the issuer (RFC 7523 §3). */
  readonly audience: string;
}

/** Longer than a request takes, and short, because who sees an assertion could use it first. */
const assertionLifetimeMs = 60_000;

/** The parameters of an assertion that proves the client's identity once (RFC 7523 §2.2, §3). */
export async function clientAssertion(
  clientId: string,
  { privateKey, keyId, algorithm, audience }: AssertionKey,
  { clock, newRequestId }: Pick<IssuerContext, "clock" | "newRequestId">,
): Promise<Parameters> {
  const now = clock.now();
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: algorithm, typ: "JWT", ...(keyId && { kid: keyId }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(newRequestId())
    .setIssuedAt(now)
    .setExpirationTime(plusMs(now, assertionLifetimeMs))
    .sign(createPrivateKey(privateKey.expose()));
  return [
    ["client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
    ["client_assertion", assertion],
  ];
}
