import { createCredentialVerifier } from "../kit/gate.ts";
import { readBearer } from "../kit/presented.ts";
import { protectedRoute } from "../kit/protected-route.ts";
import { jsonReply } from "../kit/reply.ts";
import type { AuthorizationServer, AuthorizationServerOptions } from "./authorization-server.ts";
import { startAuthorizationServer } from "./authorization-server.ts";
import type { ScopeChoice } from "./login-pages.ts";

export interface AuthorizationCodeOptions extends AuthorizationServerOptions {
  readonly scopes?: readonly ScopeChoice[];
  /** `optional` if unsaid. */
  readonly pkce?: "required" | "optional";
  /** `iss` in every callback (RFC 9207). */
  readonly statesIssuer?: boolean;
  readonly isAllOrNothing?: boolean;
}

/** An ordinary authorization server: RFC 6749 §4.1, RFC 7636, and OIDC when `openid` is asked for. */
export function startAuthorizationCodeServer(
  options: AuthorizationCodeOptions = {},
): Promise<AuthorizationServer> {
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
      onRevocation: "die",
      refresh: {
        lifetimeMs: 30 * 86_400_000,
        countsFrom: "refresh",
        rotation: "rotate",
        graceMs: 0,
      },
      codeLifetimeMs: 60_000,
      apiRoute: (world, ledger) =>
        protectedRoute({
          name: "api",
          path: "/api/me",
          verifier: createCredentialVerifier(world, ledger),
          readCredential: readBearer,
          refuse: () =>
            jsonReply(401, { error: "invalid_token" }, { "www-authenticate": "Bearer" }),
        }),
    },
    options,
  );
}
