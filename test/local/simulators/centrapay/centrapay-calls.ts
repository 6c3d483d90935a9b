import { createHash, randomBytes } from "node:crypto";
import { createLocalJWKSet, jwtVerify } from "jose";
import type {
  CentrapayUser,
  CentrapayUserOptions,
} from "../../../../local/simulators/centrapay/centrapay-user.ts";
import { startCentrapayUser } from "../../../../local/simulators/centrapay/centrapay-user.ts";
import { defaultUser } from "../../../../local/simulators/oauth/users.ts";
import { jsonOf, statusWith, stopAfterTest } from "../conferma-calls.ts";
import { createUserAgent } from "../oauth/user-agent.ts";

export const redirectUri = "https://vending.example.test/callback/centrapay-user/test";
export const client = { clientId: "app-1", name: "Token vending", redirectUris: [redirectUri] };

export const centrapay = async (options: CentrapayUserOptions = {}) =>
  stopAfterTest(await startCentrapayUser({ clients: [client], ...options }));

const verifier = randomBytes(32).toString("base64url");
export const challenge = createHash("sha256").update(verifier).digest("base64url");

export function centrapayAuthorizeUrl(
  simulator: CentrapayUser,
  changes: Record<string, string | undefined> = {},
) {
  const url = new URL(simulator.authorizeUrl);
  const parameters = {
    response_type: "code",
    client_id: "app-1",
    redirect_uri: redirectUri,
    scope: "openid",
    state: "state-1",
    nonce: "nonce-1",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

const ask = (simulator: CentrapayUser, form: Record<string, string>) =>
  fetch(simulator.tokenUrl, {
    method: "POST",
    body: new URLSearchParams({ client_id: "app-1", ...form }),
  });

export async function obtainCentrapayCode(simulator: CentrapayUser): Promise<string> {
  const callback = await createUserAgent(defaultUser).consent(centrapayAuthorizeUrl(simulator));
  return callback.searchParams.get("code") ?? "";
}

export const redeemCentrapayCode = (
  simulator: CentrapayUser,
  code: string,
  changes: Record<string, string> = {},
) =>
  ask(simulator, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...changes,
  });

export const refreshCentrapayToken = (simulator: CentrapayUser, refreshToken: unknown) =>
  ask(simulator, { grant_type: "refresh_token", refresh_token: String(refreshToken) });

export const obtainCentrapayTokens = async (simulator: CentrapayUser) =>
  jsonOf(await redeemCentrapayCode(simulator, await obtainCentrapayCode(simulator)));

export const withBareToken = ({ pingUrl }: CentrapayUser, token: unknown) =>
  statusWith(pingUrl, "authorization", String(token));

/** Verifies with an independent implementation. */
export async function verifyWithJose(simulator: CentrapayUser, idToken: unknown, now?: Date) {
  const jwks = createLocalJWKSet((await jsonOf(await fetch(simulator.jwksUrl))) as never);
  const { payload } = await jwtVerify(String(idToken), jwks, {
    issuer: simulator.issuer,
    audience: "app-1",
    algorithms: ["RS256"],
    ...(now ? { currentDate: now } : {}),
  });
  return payload;
}
