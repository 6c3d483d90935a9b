// Grants that oidc-provider leaves to whoever runs it: it authenticates the client, and these judge what is presented.
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { errors } from "oidc-provider";

/** @import { Provider } from "oidc-provider" */
/** @import { TrustedIssuer } from "./foreign-provider.ts" */

/** RFC 8693 §3. */
const tokenTypes = { access: "urn:ietf:params:oauth:token-type:access_token" };

/** @param {Provider} provider @param {string} audience */
export function registerGrants(provider, audience) {
  /** The keys of those who may assert something here, by their name. */
  const trusted = new Map();
  const seen = new Set();
  const passwords = new Map();
  /** Tokens of others that can be exchanged, and whose they are. */
  const accepted = new Map();
  let refusals = 0;
  provider.on("grant.error", () => {
    refusals += 1;
  });
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

  provider.registerGrantType(
    "urn:ietf:params:oauth:grant-type:token-exchange",
    async (ctx) => {
      const { params } = ctx.oidc;
      const { subject_token: token } = params;
      const subject = granted.get(token)?.subject ?? accepted.get(token);
      if (!subject || params.subject_token_type !== tokenTypes.access)
        throw new errors.InvalidGrant("no token that is accepted here");
      await issue(ctx, subject);
      const { requested_token_type: type = tokenTypes.access } = params;
      ctx.body.issued_token_type = type;
      if (type !== tokenTypes.access) ctx.body.token_type = "N_A";
    },
    ["subject_token", "subject_token_type", "requested_token_type", "scope"],
  );

  provider.registerGrantType(
    "password",
    async (ctx) => {
      const { username, password } = ctx.oidc.params;
      if (password === undefined || passwords.get(username) !== password)
        throw new errors.InvalidGrant(`the password of ${username} is not ${password}`);
      await issue(ctx, username);
      ctx.body.refresh_token = "for whom it may concern";
    },
    ["username", "password", "scope"],
  );

  return {
    enroll: ({ username, password }) => void passwords.set(username, password),
    /** @param {TrustedIssuer} issuer */
    trust: ({ issuer, keys }) => void trusted.set(issuer, keys),
    grantOf: (token) => granted.get(token) ?? null,
    countGrants: () => granted.size,
    countRefusals: () => refusals,
    acceptToken: ({ token, subject }) => void accepted.set(token, subject),
  };
}
