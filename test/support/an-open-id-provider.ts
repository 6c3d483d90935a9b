import type { CryptoKey, JWTHeaderParameters, JWTPayload } from "jose";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { GrantCredential } from "../../functions/model/consent.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { codeCredential } from "./a-consent.ts";
import type { ScriptedAnswer } from "./an-issuer.ts";
import { aProvider } from "./an-issuer.ts";

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

export const openIdRealm = {
  provider: "authorization-code",
  environment: "acme",
  issuer: "https://cognito-idp.ap-southeast-2.amazonaws.com/pool-1",
  authorizeUrl: "https://login.example/authorize",
  tokenUrl: "https://login.example/token",
  jwksUrl: "https://keys.example/jwks.json",
} satisfies RealmInput;

/** A provider that answers codes with ID tokens and publishes its keys, both as the test sets them. */
export function openIdProvider(key: SigningKey, realm = openIdRealm) {
  const { jwksUrl } = realm;
  const shown = {
    /** What happens while the provider answers. */
    meanwhile: () => {},
    idToken: "" as unknown,
    keys: [key.jwk] as object[],
    jwks: null as ScriptedAnswer | null,
  };
  const { provider, requests, clock } = aProvider(realm, ({ url }) => {
    if (url === jwksUrl) return shown.jwks ?? { body: JSON.stringify({ keys: shown.keys }) };
    shown.meanwhile();
    const fields = { access_token: "canary-token", token_type: "Bearer", id_token: shown.idToken };
    return { body: JSON.stringify(fields) };
  });
  return {
    shown,
    clock,
    looks: () => requests.filter(({ url }) => url === jwksUrl).length,
    requests,
    exchange: async (token: unknown, credential: GrantCredential = codeCredential) => {
      shown.idToken = token;
      const issuer = await provider.issuer();
      const grant = issuer.openGrant(new Sensitive('{"clientId":"client-1"}'), credential);
      return grant.issue(new AbortController().signal);
    },
  };
}

/** What the outcome is when a check of the ID token fails. */
export const refusing = (check: string): Partial<NotIssued> => ({
  kind: "not-issued",
  code: "provider-malformed",
  detail: `The provider answered an ID token that fails the check of ${check}.`,
  mayHaveIssued: true,
});
