import { createCredentialVerifier } from "../kit/gate.ts";
import { readCredentialHeader } from "../kit/presented.ts";
import { protectedRoute } from "../kit/protected-route.ts";
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
  /** Of every calling person; 200 by default, as documented. */
  readonly requestsPerMinute?: number;
  /** Accounts that `X-Centrapay-Account` may name. */
  readonly accounts?: readonly string[];
}

export interface CentrapayUser extends AuthorizationServer {
  /** While true, live tokens get a 403 from `/api/me`: a business rule, not an authentication. */
  forbidApi(isForbidden: boolean): void;
}

/** Centrapay's login for people, which looks like a Cognito user pool behind a custom domain. */
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
      // Its API judges a JWT by its signature: it lives until `exp`, whatever is revoked.
      onRevocation: "live-on",
      refresh: { lifetimeMs: 60 * dayMs, countsFrom: "consent", rotation: "none", graceMs: 0 },
      codeLifetimeMs: 300_000,
      notFound: centrapayError(404, "Not Found", "Not Found"),
      apiRoute(world, ledger, consentOf) {
        const limit = createRateLimit(world.now, requestsPerMinute);
        const callerOf = (token: string) => consentOf(token)?.user.subject ?? "";
        return protectedRoute({
          name: "api",
          path: "/api/me",
          verifier: createCredentialVerifier(world, ledger),
          // Bare: with any scheme before it, a token is not recognised.
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

/** Not the address of the server: whoever derives one from the other is wrong. */
const cognitoIssuer = "https://cognito-idp.ap-southeast-2.amazonaws.com/ap-southeast-2_Simulated";
