import type { AuthorizationServer, Client, IDToken } from "oauth4webapi";
import {
  allowInsecureRequests,
  clockTolerance,
  customFetch,
  getValidatedIdTokenClaims,
  processGenericTokenEndpointResponse,
  validateApplicationLevelSignature,
} from "oauth4webapi";
import type { NotIssued } from "../../model/provider.ts";
import { malformed } from "../exchange/error-response.ts";
import type { JwkSet, JwksCache, RefetchCause } from "./jwks-cache.ts";

/** Asymmetric algorithms only: neither `none` nor an HMAC with our client secret. */
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** Accepted difference between the provider's clock and ours. */
const toleranceSeconds = 60;

/** What an ID token must say. */
export interface Expected {
  /** The configured issuer. It may have another host than the provider's other addresses. */
  readonly issuer: string;
  readonly clientId: string;
  /** The authorization request's nonce; null at a refresh, which has none (OpenID Connect Core §12.2). */
  readonly nonce: string | null;
}

/**
 * Validates an ID token by OpenID Connect Core §3.1.3.7 and returns its claims. The library's errors hold the token, so
 * only the name of the failed check is taken from them.
 */
export async function verifyIdToken(
  idToken: string,
  expected: Expected,
  keys: JwksCache,
  now: Date,
  signal: AbortSignal,
): Promise<{ readonly claims: IDToken } | NotIssued> {
  const answer = Response.json({ access_token: "-", token_type: "bearer", id_token: idToken });
  const claims = await claimsOf(answer, expected, keys.url);
  if (typeof claims === "string") return failedToken(claims);
  const failed = failedCheck(claims, expected, now);
  if (failed) return failedToken(failed);
  return (await signatureFailure(idToken, answer, expected, keys, signal)) ?? { claims };
}

function failedToken(check: string): NotIssued {
  return malformed(`an ID token that fails the check of ${check}`);
}

/** The claims, or the name of the failed check. */
async function claimsOf(
  answer: Response,
  { issuer, clientId }: Expected,
  url: string,
): Promise<IDToken | string> {
  // The library reads the machine's clock, so `failedCheck` checks the times by ours.
  const client: Client = { client_id: clientId, [clockTolerance]: Number.MAX_SAFE_INTEGER };
  try {
    const tokens = await processGenericTokenEndpointResponse(server(issuer, url), client, answer);
    // Stryker disable next-line StringLiteral: there is an ID token, only the type does not know.
    return getValidatedIdTokenClaims(tokens) ?? "its form";
  } catch (error) {
    return checkNamedBy(error);
  }
}

/** A new object each time, because the library caches keys by it, by the machine's clock. */
function server(issuer: string, url: string): AuthorizationServer {
  return { issuer, jwks_uri: url, id_token_signing_alg_values_supported: algorithms };
}

function checkNamedBy(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  if (!(cause instanceof Object)) return "its form";
  if ("reason" in cause) return "alg";
  const claim = "claim" in cause ? cause.claim : null;
  return claim === "iss" || claim === "aud" || claim === "azp" ? claim : "its form";
}

function failedCheck(claims: IDToken, { clientId, nonce }: Expected, now: Date): string | null {
  const seconds = now.getTime() / 1000;
  const { azp } = claims;
  if (azp !== undefined && azp !== clientId) return "azp";
  if (claims.exp <= seconds - toleranceSeconds) return "exp";
  if (claims.iat > seconds + toleranceSeconds) return "iat";
  if ((claims.nbf ?? 0) > seconds + toleranceSeconds) return "nbf";
  return nonce !== null && claims.nonce !== nonce ? "nonce" : null;
}

/** Null when a key of the provider's current set has signed the token. Fetches a newer set once if none has. */
async function signatureFailure(
  idToken: string,
  answer: Response,
  expected: Expected,
  keys: JwksCache,
  signal: AbortSignal,
): Promise<NotIssued | null> {
  const set = await keys.current(signal);
  if ("kind" in set) return set;
  if (await isSigned(answer, expected, keys.url, set)) return null;
  const newer = await keys.newerThan(set, refetchCause(idToken, set), signal);
  if (newer && "kind" in newer) return newer;
  // Stryker disable next-line ConditionalExpression: without a set, no signature is valid either.
  const isValid = newer !== null && (await isSigned(answer, expected, keys.url, newer));
  return isValid ? null : failedToken("its signature");
}

/** By the `kid` (RFC 7515 §4.1.4) of a header that the library has read; it is an unverified hint. */
function refetchCause(idToken: string, { keys }: JwkSet): RefetchCause {
  const encoded = idToken.slice(0, idToken.indexOf("."));
  const header = Buffer.from(encoded, "base64url").toString();
  const { kid } = JSON.parse(header) as { kid?: unknown };
  const isUnknown = kid !== undefined && keys.every((key) => "kid" in key && key.kid !== kid);
  // Stryker disable next-line StringLiteral: any two names are two causes.
  return isUnknown ? "unknown-key" : "bad-signature";
}

function isSigned(
  answer: Response,
  { issuer }: Expected,
  url: string,
  set: JwkSet,
): Promise<boolean> {
  const validation = validateApplicationLevelSignature(server(issuer, url), answer, {
    // The settings were checked for safe addresses when they were read.
    [allowInsecureRequests]: true,
    [customFetch]: async () => Response.json(set),
  });
  return validation.then(
    () => true,
    // Stryker disable next-line ArrowFunction: undefined counts as false.
    () => false,
  );
}
