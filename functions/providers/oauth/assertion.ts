import { createPrivateKey } from "node:crypto";
import { SignJWT } from "jose/jwt/sign";
import { assertionTimes } from "../exchange/assertion-times.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import type { AssertionKey } from "./assertion-key.ts";

/** What an assertion says, besides its times and its id (RFC 7523 §3). */
export interface Assertion {
  readonly issuer: string;
  /** Whom it is about; undefined where the server knows from the issuer alone. */
  readonly subject: string | undefined;
  /** Who may accept it: the token endpoint, the issuer, or what else names the server. */
  readonly audience: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly lifetimeMs: number;
}

/** An assertion for one request: by its id (`jti`) a server knows one that is presented again. */
export async function signAssertion(
  { issuer, subject, audience, claims = {}, lifetimeMs }: Assertion,
  { privateKey, keyId, algorithm }: AssertionKey,
  { clock, newRequestId }: Pick<IssuerContext, "clock" | "newRequestId">,
): Promise<string> {
  const { beginsAt, endsAt } = assertionTimes(clock.now(), lifetimeMs);
  return new SignJWT({ ...claims, ...(subject !== undefined && { sub: subject }) })
    .setProtectedHeader({ alg: algorithm, typ: "JWT", ...(keyId && { kid: keyId }) })
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(newRequestId())
    .setIssuedAt(beginsAt)
    .setExpirationTime(endsAt)
    .sign(createPrivateKey(privateKey.expose()));
}
