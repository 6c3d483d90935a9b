import * as v from "valibot";
import { maxLifetimeMs } from "../model/time-limits.ts";
import { consentAnswerSettings } from "./declaration/answer-settings.ts";
import {
  authorizationParameters,
  clientMembers,
  clientSettings,
} from "./declaration/client-settings.ts";
import { declareConsent } from "./declaration/declare-provider.ts";
import {
  address,
  consentSettings,
  lifeSeconds,
  presentation,
  scopes,
  scopeToken,
  settingsOf,
} from "./declaration/settings.ts";
import { secondsAfterRequest } from "./exchange/lifetime.ts";

/** Any server with the authorization code grant (RFC 6749 §4.1, RFC 7636), with or without OpenID Connect, by configuration alone. */
export const authorizationCode = declareConsent({
  settings: settingsOf("authorization-code", {
    ...consentSettings,
    ...clientSettings,
    authorizationParameters,
    pushedAuthorizationUrl: v.optional(address),
    issuer: v.optional(address),
    jwksUrl: v.optional(address),
    scopes: v.optional(scopes),
    renamedScopes: v.optional(v.record(scopeToken, scopeToken)),
    pkce: v.optional(v.boolean(), true),
    answer: consentAnswerSettings,
    lifetimeSeconds: v.optional(lifeSeconds),
    refreshLifetimeSeconds: v.optional(lifeSeconds),
    presentation: v.optional(presentation, { headerName: "Authorization", scheme: "Bearer" }),
  }),
  settingsProblem({ issuer, jwksUrl, scopes }) {
    if (issuer !== undefined && jwksUrl === undefined)
      return { field: "jwksUrl", problem: "is missing: issuer needs it" };
    if (jwksUrl !== undefined && issuer === undefined)
      return { field: "issuer", problem: "is missing: jwksUrl needs it" };
    if (issuer !== undefined && scopes && !scopes.includes("openid"))
      return { field: "scopes", problem: "must include openid, because issuer is set" };
    return null;
  },
  secret: clientMembers,
  presentation: (settings) => settings.presentation,
  displayName: null,
  // OpenID Connect requires its scope.
  scopes: ({ scopes, issuer }) => scopes ?? (issuer === undefined ? [] : ["openid"]),
  openId: ({ issuer, jwksUrl }) =>
    issuer === undefined || jwksUrl === undefined ? null : { issuer, jwksUrl },
  renamedScopes: ({ renamedScopes = {} }) => renamedScopes,
  pkce: ({ pkce }) => pkce,
  // A public client has no secret (RFC 6749 §2.1).
  client: (settings, secret, registered) =>
    registered(
      settings.clientAuthentication === "basic" && !secret.clientSecret
        ? { ...settings, clientAuthentication: "none" }
        : settings,
      secret,
    ),
  hasCodesToCopy: false,
  // Some tokens live for decades.
  maxDays: maxLifetimeMs / 86_400_000,
  unstatedSeconds: ({ lifetimeSeconds }) => lifetimeSeconds ?? null,
  refreshEndsAt: ({ refresh_token_expires_in, refresh_expires_in }, response) =>
    secondsAfterRequest(refresh_token_expires_in ?? refresh_expires_in, response),
});
