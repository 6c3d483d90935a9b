// An OpenID provider that somebody else wrote (https://github.com/panva/node-oidc-provider), in a process of its own.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

/** @import { ForeignClient } from "./foreign-provider.ts" */

process.on("disconnect", () => process.exit());

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;
/** Refresh tokens and grants, in the order in which they were issued. */
const issued = { refreshTokens: [], grants: new Set() };
/** @type {Provider} */
let provider;

const acts = {
  /** @param {{ clients: ForeignClient[] }} settings */
  open({ clients }) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    provider = new Provider(issuer, {
      clients: clients.map(({ clientId, clientSecret, authentication, redirectUri }) => ({
        client_id: clientId,
        ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
        token_endpoint_auth_method: authentication,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code", "refresh_token"],
      })),
      scopes: ["openid", "offline_access", "ledger:read"],
      cookies: { keys: [randomUUID()] },
      jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256" }] },
      features: { revocation: { enabled: true } },
      pkce: { required: () => true },
      // Each refresh token can be used once; a second use ends the consent.
      rotateRefreshToken: true,
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    });
    provider.on("grant.success", ({ body, oidc }) => {
      if (body.refresh_token) issued.refreshTokens.push(body.refresh_token);
      issued.grants.add(oidc.entities.Grant.jti);
    });
    server.on("request", provider.callback());
    return issuer;
  },
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
