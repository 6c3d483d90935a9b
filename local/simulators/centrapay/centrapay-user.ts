import {
  createCredentialVerifier,
  protectedRoute,
  readCredentialHeader,
} from "../kit/protected-route.ts";
import { createRateLimit } from "../kit/rate-limit.ts";
import { jsonReply } from "../kit/reply.ts";
import { headerOf } from "../kit/request.ts";
import type {
  AuthorizationServer,
  AuthorizationServerOptions,
} from "../oauth/authorization-server.ts";
import { startAuthorizationServer } from "../oauth/authorization-server.ts";
import { centrapayError, forbidden } from "./centrapay-answers.ts";

export interface CentrapayUserOptions extends AuthorizationServerOptions {
  /** For each user (default: 200, as documented). */
  readonly requestsPerMinute?: number;
  /** Accounts that `X-Centrapay-Account` may name. */
  readonly accounts?: readonly string[];
}

export interface CentrapayUser extends AuthorizationServer {
  /** While true, `/api/me` answers live tokens with 403: a business rule, not an authentication failure. */
  forbidApi(isForbidden: boolean): void;
}

/** Centrapay's user login: like a Cognito user pool behind a custom domain. */
export async function startCentrapayUser(
  options: CentrapayUserOptions = {},
): Promise<CentrapayUser> {
  const { accounts = [], requestsPerMinute = 200 } = options;
  let isForbidden = false;

  const server = await startAuthorizationServer(
    {
      id: "centrapay-user",
      provider: "Centrapay",
      base: "/oauth2",
      scopes: [
        { scope: "openid", description: "Know who you are and act for you" },
        { scope: "email", description: "See your e-mail address" },
        { scope: "phone", description: "See your telephone number" },
        { scope: "profile", description: "See your name" },
      ],
      pkce: "required",
      isAllOrNothing: true,
      accessTokens: "signed",
      statesIssuer: false,
      statesScope: false,
      // The API checks only a JWT's signature and `exp`, so revocation has no effect on it.
      onRevocation: "keep",
      refresh: { lifetimeMs: 60 * dayMs, countsFrom: "consent", rotation: "none", graceMs: 0 },
      codeLifetimeMs: 300_000,
      notFound: centrapayError(404, "Not Found", "Not Found"),
      apiRoute(context, ledger, { consentOf }) {
        const limit = createRateLimit(context.now, requestsPerMinute);
        const callerOf = (token: string) => consentOf(token)?.user.subject ?? "";
        return protectedRoute({
          name: "api",
          path: "/api/me",
          verifier: createCredentialVerifier(context, ledger),
          // The bare token: with a scheme it is not accepted.
          readCredential: (request) => readCredentialHeader(request, "authorization"),
          authorize(request, token) {
            const account = headerOf(request, "x-centrapay-account");
            if (!limit.take(callerOf(token))) return "rate-limited";
            const isUnknownAccount = account !== undefined && !accounts.includes(account);
            return isForbidden || isUnknownAccount ? "forbidden" : undefined;
          },
          refuse(reason, token) {
            if (reason === "forbidden") return forbidden;
            if (reason !== "rate-limited") {
              return centrapayError(401, "Unauthorized", "Missing authentication");
            }
            const headers = { "retry-after": String(limit.waitSeconds(callerOf(token))) };
            return centrapayError(429, "Too Many Requests", "RATE_LIMIT_EXCEEDED", headers);
          },
          respond: (request, token) =>
            jsonReply(200, {
              userId: callerOf(token),
              accountId: headerOf(request, "x-centrapay-account") ?? null,
            }),
        });
      },
    },
    { issuer: cognitoIssuer, basicEncoding: "raw", ...options },
  );

  return {
    ...server,
    forbidApi(forbids) {
      isForbidden = forbids;
    },
  };
}

const dayMs = 86_400_000;

/** Differs from the server's address: neither may be derived from the other. */
const cognitoIssuer = "https://cognito-idp.ap-southeast-2.amazonaws.com/ap-southeast-2_Simulated";
