// An OpenID provider that somebody else wrote (https://github.com/panva/node-oidc-provider), in a process of its own.
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Provider } from "oidc-provider";
import { registerGrants } from "./foreign-grants.mjs";

/** @import { ForeignClient, ServerCertificate } from "./foreign-provider.ts" */

process.on("disconnect", () => process.exit());

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;
/** Refresh tokens and grants, in the order in which they were issued. */
const issued = { refreshTokens: [], grants: new Set() };
/** Whether it refuses a proof of possession without its nonce (RFC 9449 §8). */
let wantsNonces = false;
/** @type {Provider} */
let provider;
/** @type {ReturnType<typeof registerGrants>} */
let grants;

/** @param {ForeignClient} client */
const registrationOf = ({
  clientId,
  clientSecret,
  authentication,
  keys,
  redirectUri,
  mustPush,
  grant,
  isBound,
}) => ({
  dpop_bound_access_tokens: isBound ?? false,
  require_pushed_authorization_requests: mustPush ?? false,
  client_id: clientId,
  ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
  ...(keys === undefined ? {} : { jwks: { keys } }),
  ...(authentication === "tls_client_auth" ? { tls_client_auth_subject_dn: `CN=${clientId}` } : {}),
  token_endpoint_auth_method: authentication,
  redirect_uris: redirectUri === null ? [] : [redirectUri],
  response_types: redirectUri === null ? [] : ["code"],
  grant_types:
    redirectUri === null
      ? [grant ?? "client_credentials"]
      : ["authorization_code", "refresh_token"],
});

/** What it sees of a client's certificate. */
const mutualTls = {
  enabled: true,
  tlsClientAuth: true,
  selfSignedTlsClientAuth: true,
  getCertificate: ({ socket }) => socket.getPeerX509Certificate?.()?.toString(),
  certificateAuthorized: ({ socket }) => socket.authorized,
  certificateSubjectMatches: ({ socket }, _, expected) =>
    socket.getPeerX509Certificate().subject === expected,
};

/** Any resource, of which every client may read. */
const resourceIndicators = {
  enabled: true,
  getResourceServerInfo: () => ({ scope: "ledger:read", accessTokenFormat: "opaque" }),
  useGrantedResource: () => true,
};

/** @param {ServerCertificate} certificate */
async function listenByTls({ cert, key, ca }) {
  const secure = createTlsServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false });
  secure.on("request", provider.callback());
  await once(secure.listen(0, "127.0.0.1"), "listening");
  return `https://127.0.0.1:${secure.address().port}`;
}

const acts = {
  /** @param {{ clients: ForeignClient[], certificate?: ServerCertificate }} settings */
  async open({ clients, certificate }) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    provider = new Provider(issuer, {
      clients: clients.map(registrationOf),
      scopes: ["openid", "offline_access", "ledger:read"],
      cookies: { keys: [randomUUID()] },
      jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256" }] },
      features: {
        revocation: { enabled: true },
        clientCredentials: { enabled: true },
        mTLS: mutualTls,
        dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => wantsNonces },
        resourceIndicators,
        pushedAuthorizationRequests: { enabled: true },
      },
      clientAuthMethods: [
        ...["client_secret_basic", "client_secret_post", "private_key_jwt"],
        ...["tls_client_auth", "self_signed_tls_client_auth", "none"],
      ],
      enabledJWA: {
        clientAuthSigningAlgValues: ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"],
      },
      pkce: { required: () => true },
      // Each refresh token can be used once; a second use ends the consent.
      rotateRefreshToken: true,
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    });
    grants = registerGrants(provider, `${issuer}/token`);
    provider.on("grant.success", ({ body, oidc }) => {
      if (body.refresh_token) issued.refreshTokens.push(body.refresh_token);
      const { Grant: grant } = oidc.entities;
      if (grant) issued.grants.add(grant.jti);
    });
    server.on("request", provider.callback());
    return { issuer, secureOrigin: certificate ? await listenByTls(certificate) : null };
  },
  async clientOf(token) {
    const found = await provider.ClientCredentials.find(token);
    return found ? { clientId: found.clientId, resource: found.aud ?? null } : null;
  },
  wantNonces(wanted) {
    wantsNonces = wanted;
  },
  async boundTo(token) {
    const kinds = [provider.AccessToken, provider.ClientCredentials, provider.RefreshToken];
    const found = await Promise.all(kinds.map((kind) => kind.find(token)));
    return found.find(Boolean)?.jkt ?? null;
  },
  trust: (trusted) => grants.trust(trusted),
  enroll: (user) => grants.enroll(user),
  acceptToken: (token) => grants.acceptToken(token),
  countRefusals: () => grants.countRefusals(),
  countGrants: () => grants.countGrants(),
  grantOf: (token) => grants.grantOf(token),
  refreshTokens: () => issued.refreshTokens,
  /** The person withdraws every consent on the provider's own pages. */
  async withdrawAll() {
    for (const grant of issued.grants) {
      const kinds = [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode];
      for (const kind of kinds) await kind.revokeByGrantId(grant);
      await (await provider.Grant.find(grant))?.destroy();
    }
    issued.grants.clear();
  },
};

process.on("message", async ({ id, act, argument }) => {
  try {
    process.send({ id, value: await acts[act](argument) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.send("ready");
