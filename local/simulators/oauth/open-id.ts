import type { Claims } from "../kit/json-web-token.ts";
import { assembleJsonWebToken } from "../kit/json-web-token.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import { withMember } from "./answer-format.ts";
import type { Consent } from "./consents.ts";
import type { GrantResult } from "./grant-exchange.ts";
import type { IdTokenCorruption } from "./id-token.ts";
import { signIdToken } from "./id-token.ts";
import type { ScopeChoice } from "./login-pages.ts";
import type { SimulatorSigningKeys } from "./signing-keys.ts";
import { createSigningKeys } from "./signing-keys.ts";
import type { SimulatedUser } from "./users.ts";

export interface OpenId {
  readonly keys: SimulatorSigningKeys;
  /** A JWT with the claims of Cognito's access tokens. */
  accessToken(consent: Consent): string;
  /** Empty unless `openid` was requested (OIDC Core §3.1.2.1). */
  idToken(
    granted: GrantResult,
    corruption: IdTokenCorruption | undefined,
  ): { readonly id_token?: string };
  /** OIDC Discovery §3. */
  metadata(url: string, base: string, how: { readonly scopes: readonly ScopeChoice[] }): object;
}

export async function createOpenId(
  context: SimulatorContext,
  issuer: () => string,
  /** Further claims of ID tokens, by their paths. */
  moreClaims: Readonly<Record<string, string>> = {},
): Promise<OpenId> {
  const { now, random, settings } = context;
  const keys = await createSigningKeys();
  const seconds = (at: number) => Math.floor((at + settings.clockSkewMs) / 1000);
  const common = ({ user, grantedAt }: Consent) => ({
    sub: user.subject,
    iss: issuer(),
    auth_time: seconds(grantedAt),
    iat: seconds(now()),
    exp: seconds(now() + settings.lifetimeMs),
    jti: random(16).toString("hex"),
  });

  return {
    keys,
    accessToken: (consent) =>
      assembleJsonWebToken(
        { alg: "RS256", kid: keys.kid },
        {
          ...common(consent),
          token_use: "access",
          client_id: consent.clientId,
          scope: consent.scopes.join(" "),
        },
        keys.signature,
      ),
    idToken({ consent, grantType }, corruption) {
      if (!consent.scopes.includes("openid")) return {};
      const { nonce } = consent;
      const claims = {
        ...common(consent),
        ...profileClaims(consent.user),
        aud: consent.clientId,
        token_use: "id",
        // OIDC Core §12.2: a refreshed ID token has no nonce.
        ...(grantType === "code" && nonce !== undefined ? { nonce } : {}),
      };
      const all = Object.entries(moreClaims).reduce<Claims>(
        (named, [path, value]) => withMember(named, path, value),
        claims,
      );
      const id_token = signIdToken(keys, all, corruption);
      return id_token === undefined ? {} : { id_token };
    },
    metadata: (url, base, { scopes }) => ({
      issuer: issuer(),
      authorization_endpoint: `${url}${base}/authorize`,
      token_endpoint: `${url}${base}/token`,
      revocation_endpoint: `${url}${base}/revoke`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["S256"],
      scopes_supported: scopes.map(({ scope }) => scope),
    }),
  };
}

function profileClaims({ name, login }: SimulatedUser) {
  const [given_name, family_name] = name.split(" ");
  const named = { given_name, family_name, preferred_username: login };
  return login.includes("@")
    ? { ...named, email: login, email_verified: true }
    : { ...named, phone_number: login, phone_number_verified: true };
}
