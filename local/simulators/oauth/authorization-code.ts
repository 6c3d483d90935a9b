import {
  createCredentialVerifier,
  protectedRoute,
  readCredentialHeader,
} from "../kit/protected-route.ts";
import { jsonReply } from "../kit/reply.ts";
import type { PkceSupport } from "./authorization-endpoint.ts";
import type { AuthorizationServer, AuthorizationServerOptions } from "./authorization-server.ts";
import { startAuthorizationServer } from "./authorization-server.ts";
import type { ScopeChoice } from "./login-pages.ts";

export interface AuthorizationCodeOptions extends AuthorizationServerOptions {
  readonly scopes?: readonly ScopeChoice[];
  /** Default: `optional`. */
  readonly pkce?: PkceSupport;
  /** Whether every callback has `iss` (RFC 9207). */
  readonly statesIssuer?: boolean;
  readonly isAllOrNothing?: boolean;
}

/** A standard authorization server: RFC 6749 §4.1, RFC 7636, and OIDC if `openid` is requested. */
export function startAuthorizationCodeServer(
  options: AuthorizationCodeOptions = {},
): Promise<AuthorizationServer> {
  const { headerName = "authorization", scheme } = options.presentation ?? { scheme: "Bearer" };
  return startAuthorizationServer(
    {
      id: "authorization-code",
      provider: "Acme",
      base: "/oauth",
      scopes: options.scopes ?? [
        { scope: "openid", description: "Know who you are" },
        { scope: "read", description: "Read your documents" },
        { scope: "write", description: "Change your documents" },
      ],
      pkce: options.pkce ?? "optional",
      isAllOrNothing: options.isAllOrNothing ?? false,
      accessTokens: "opaque",
      statesIssuer: options.statesIssuer ?? false,
      statesScope: true,
      onRevocation: "revoke",
      refresh: {
        lifetimeMs: 30 * 86_400_000,
        countsFrom: "refresh",
        rotation: "rotate",
        graceMs: 0,
      },
      codeLifetimeMs: 60_000,
      apiRoute: (context, ledger, { refusalOf }) =>
        protectedRoute({
          name: "api",
          path: "/api/me",
          verifier: createCredentialVerifier(context, ledger),
          readCredential: (request) =>
            readCredentialHeader(request, headerName, options.dpop ? "DPoP" : scheme),
          authorize: refusalOf,
          refuse: () =>
            jsonReply(401, { error: "invalid_token" }, { "www-authenticate": "Bearer" }),
          headersBeside: (token) => options.apiHeaders?.(ledger.find(token)?.clientId ?? "") ?? {},
        }),
    },
    options,
  );
}
