import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Clock } from "../../functions/model/clock.ts";
import { unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../../functions/platform/http-request.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { isBound } from "./realms.ts";
import { canaries } from "./recorder.ts";

const { privateKey, publicKey } = await generateKeyPair("ES256");
const jwk = { ...(await exportJWK(publicKey)), kid: "key-1", alg: "ES256", use: "sig" };
/** The keys by which ID tokens are verified. */
export const publishedKeys = JSON.stringify({ keys: [jwk] });

/** An hour: no test takes as long. */
const lifetimeSeconds = 3600;

/** A valid ID token of the realm, for the nonce of an authorization request; the second person's has another subject. */
export function idTokenOf(realm: RealmInput, nonce: string | null, now: Date): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000);
  const iss = ("issuer" in realm && realm.issuer) || "";
  const claims = { iss, aud: "client-1", sub: "person-1", iat, exp: iat + lifetimeSeconds };
  return new SignJWT({ ...claims, ...(nonce === null ? {} : { nonce }) })
    .setProtectedHeader({ alg: "ES256", kid: "key-1" })
    .sign(privateKey);
}

/** What a provider of any kind answers to a valid request: each reads its own members of it. */
export async function tokenAnswer(realm: RealmInput, nonce: string | null, now: Date) {
  const isOpenId = "issuer" in realm && realm.issuer !== undefined;
  return {
    token_type: isBound(realm) ? "DPoP" : "Bearer",
    ...{ tenant: "acme", data: { site: "site-1" } },
    access_token: canaries.accessToken,
    accessToken: canaries.accessToken,
    refresh_token: canaries.refreshToken,
    expires_in: lifetimeSeconds,
    ...(isOpenId ? { id_token: await idTokenOf(realm, nonce, now) } : {}),
  };
}

/** A provider that does what it should, without a socket. */
export function honestProvider(realm: RealmInput, clock: Clock, nonce: () => string | null) {
  return async ({ url }: HttpRequest): Promise<HttpResponse> => {
    const now = clock.now();
    const body = url.endsWith("/jwks")
      ? publishedKeys
      : JSON.stringify(await tokenAnswer(realm, nonce(), now));
    const times = { requestedAt: now, receivedAt: now };
    return unprintable<HttpResponse>({ status: 200, headers: {}, body, ...times });
  };
}
