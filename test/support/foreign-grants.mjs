// Grants that oidc-provider leaves to whoever runs it: it authenticates the client, and these judge what is presented.
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { errors } from "oidc-provider";

/** @import { Provider } from "oidc-provider" */
/** @import { TrustedIssuer } from "./foreign-provider.ts" */

/** @param {Provider} provider @param {string} audience */
export function registerGrants(provider, audience) {
  /** The keys of those who may assert something here, by their name. */
  const trusted = new Map();
  const seen = new Set();
  /** For whom tokens were issued, and for what. */
  const granted = new Map();

  async function issue(ctx, subject) {
    const { client, params } = ctx.oidc;
    const token = new provider.ClientCredentials({ client, scope: params.scope });
    const value = await token.save();
    granted.set(value, { clientId: client.clientId, subject, scope: params.scope ?? null });
    ctx.body = { access_token: value, token_type: "Bearer", expires_in: token.expiration };
  }

  /** RFC 7523 §3, to the letter. */
  async function asserted(assertion) {
    const keys = trusted.get(decodeJwt(assertion).iss) ?? [];
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys }), {
      audience,
      requiredClaims: ["sub", "exp", "jti"],
      maxTokenAge: "1 minute",
    });
    if (seen.has(payload.jti)) throw new Error("it was presented before");
    seen.add(payload.jti);
    return payload;
  }

  provider.registerGrantType(
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    async (ctx) => {
      const payload = await asserted(ctx.oidc.params.assertion).catch((error) => {
        throw new errors.InvalidGrant(error.message);
      });
      await issue(ctx, payload.sub);
    },
    ["assertion", "scope"],
  );

  return {
    /** @param {TrustedIssuer} issuer */
    trust: ({ issuer, keys }) => void trusted.set(issuer, keys),
    grantOf: (token) => granted.get(token) ?? null,
    countGrants: () => granted.size,
  };
}
