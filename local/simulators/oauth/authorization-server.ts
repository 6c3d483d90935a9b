import type { AccessRefusalReason } from "../kit/protected-route.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { Simulator } from "../kit/simulator.ts";
import type { RefreshPolicy, SimulatorContext } from "../kit/simulator-context.ts";
import { createSimulatorContext, generateCredential } from "../kit/simulator-context.ts";
import type { TokenLedger } from "../kit/token-ledger.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";
import { formatAnswer } from "./answer-format.ts";
import type { AuthorizationEndpoint, PkceSupport } from "./authorization-endpoint.ts";
import { authorize } from "./authorization-endpoint.ts";
import { createCodeLedger } from "./code-ledger.ts";
import type { ConsentClient } from "./consent-clients.ts";
import { createConsentClients } from "./consent-clients.ts";
import type { ConsentOracle } from "./consent-oracle.ts";
import { createConsentOracle } from "./consent-oracle.ts";
import type { Consent } from "./consents.ts";
import { createConsents } from "./consents.ts";
import type { GrantEndpoint } from "./grant-endpoint.ts";
import { answerGrant, answerRevocation } from "./grant-endpoint.ts";
import { createLoginFlow } from "./login-flow.ts";
import type { ScopeChoice } from "./login-pages.ts";
import { createOpenId } from "./open-id.ts";
import { createPossessionCheck } from "./possession-check.ts";
import { answerPush, createPushedRequests } from "./pushed-requests.ts";
import { createRefreshLedger } from "./refresh-ledger.ts";
import type { RequiredParameters } from "./request-parameters.ts";
import type { PairOptions } from "./server-pair.ts";
import { startServerPair } from "./server-pair.ts";
import type { ServerTraits } from "./server-traits.ts";
import { clientMethodOf } from "./server-traits.ts";
import type { SimulatedUser } from "./users.ts";
import { defaultUser } from "./users.ts";

export interface AuthorizationServerOptions extends PairOptions, ServerTraits {
  readonly clients?: readonly ConsentClient[];
  readonly users?: readonly SimulatedUser[];
  /** What every authorization request has to say. */
  readonly requiredOfBrowsers?: RequiredParameters;
  /** Whether authorization requests have to be pushed (RFC 9126). */
  readonly takesPushedOnly?: boolean;
  /** What a callback with a code has besides it. */
  readonly callbackParameters?: Readonly<Record<string, string>>;
  /** Further claims of ID tokens, by their paths. */
  readonly idTokenClaims?: Readonly<Record<string, string>>;
  /** Names under which scopes are listed in answers, where those are others. */
  readonly renamedScopes?: Readonly<Record<string, string>>;
  /** Default: the server's own address. */
  readonly issuer?: string;
  readonly refresh?: Partial<RefreshPolicy>;
  readonly codeLifetimeMs?: number;
}

/** Routes for faults: "token", "revoke", "push", "authorize", "jwks", "discovery", "api", and the pages. */
export interface AuthorizationServer extends Simulator {
  readonly issuer: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
  readonly pushUrl: string;
  readonly jwksUrl: string;
  readonly pingUrl: string;
  readonly oracle: ConsentOracle;
  readonly users: readonly SimulatedUser[];
  /** Can be changed by assignment. */
  readonly refreshPolicy: RefreshPolicy;
  registerClient(client: ConsentClient): void;
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
  retireOldSecrets(clientId: string): void;
  rotateSigningKey(how: { readonly keepOld: boolean }): Promise<void>;
  /** Ends all consents, as if the person had withdrawn them at the provider. */
  endConsents(): void;
}

/** The differences between authorization servers. */
export interface AuthorizationServerProfile {
  readonly id: string;
  readonly provider: string;
  /** Path prefix of "authorize", "token" and "revoke". */
  readonly base: string;
  readonly scopes: readonly ScopeChoice[];
  readonly pkce: PkceSupport;
  readonly isAllOrNothing: boolean;
  readonly accessTokens: "signed" | "opaque";
  readonly statesIssuer: boolean;
  readonly statesScope: boolean;
  readonly onRevocation: "revoke" | "keep";
  readonly refresh: RefreshPolicy;
  readonly codeLifetimeMs: number;
  readonly notFound?: SimulatedReply;
  apiRoute(context: SimulatorContext, ledger: TokenLedger, tokens: TokensOfPeople): SimulatedRoute;
}

interface TokensOfPeople {
  consentOf(accessToken: string): Consent | undefined;
  /** Why a request may not use a live token, if so. */
  refusalOf(request: SimulatedRequest, accessToken: string): AccessRefusalReason | undefined;
}

export async function startAuthorizationServer(
  profile: AuthorizationServerProfile,
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { id, base, notFound } = profile;
  const { users = [defaultUser], requestFormat = "form", required = {}, answer = {} } = options;
  const { requiredOfBrowsers = {}, callbackParameters = {}, basicEncoding = "rfc6749" } = options;
  const refresh = { ...profile.refresh, ...options.refresh };
  const context = createSimulatorContext({
    ...options,
    lifetimeMs: options.lifetimeMs ?? 3_600_000,
    settings: { ...options.settings, refresh },
  });
  const ledger = createTokenLedger(context, "coexist");
  const consents = createConsents(context, ledger);
  let url = "";
  let clientsUrl = "";
  const issuer = () => options.issuer ?? url;
  const pingUrl = () => `${url}/api/me`;
  const tokenUrl = () => `${clientsUrl}${base}/token`;
  const clients = createConsentClients(
    options.clients ?? [],
    basicEncoding,
    options.clientAuthentication &&
      ((registry) => clientMethodOf(context, registry, options, { tokenUrl, issuer })),
  );
  const refreshes = createRefreshLedger(context, consents, refresh, () =>
    generateCredential(context, `${id}-refresh`),
  );
  const codes = createCodeLedger(context, consents, {
    lifetimeMs: options.codeLifetimeMs ?? profile.codeLifetimeMs,
    newValue: () => generateCredential(context, `${id}-code`),
  });
  const openId = await createOpenId(context, issuer, options.idTokenClaims);
  const loginFlow = createLoginFlow(context, { ...profile, users, choosesCustomer: false });

  const pushed = createPushedRequests(context);
  const authorization: AuthorizationEndpoint = {
    ...{
      clients,
      loginFlow: loginFlow,
      consents,
      codes,
      scopes: profile.scopes,
      pkce: profile.pkce,
    },
    required: requiredOfBrowsers,
    pushed: options.takesPushedOnly ? pushed : undefined,
    callbackParameters,
    statedIssuer: () => (profile.statesIssuer ? issuer() : undefined),
  };
  const possession = options.dpop ? createPossessionCheck(context, tokenUrl) : undefined;
  const grants: GrantEndpoint = {
    ...{ clients, consents, codes, refreshes, ledger, onRevocation: profile.onRevocation },
    ...{ requestFormat, required, possession },
    newToken: (consent) =>
      profile.accessTokens === "signed"
        ? openId.accessToken(consent)
        : generateCredential(context, id),
    additionalMembers: (granted, request) => ({
      ...openId.idToken(granted, request.corruption),
      ...(profile.statesScope ? { scope: listed(granted.consent.scopes, options) } : {}),
    }),
  };
  const consentOf: TokensOfPeople["consentOf"] = (token) =>
    consents.all.find((consent) => consent.id === ledger.find(token)?.revocationScope);

  const pair = await startServerPair(
    context,
    {
      id,
      ...(notFound ? { notFound } : {}),
      ofClients: [
        post("token", `${base}/token`, (request) =>
          formatAnswer(answerGrant(context, grants, request), answer, context),
        ),
        post("revoke", `${base}/revoke`, (request) => answerRevocation(context, grants, request)),
        post("push", `${base}/par`, (request) =>
          answerPush(context, grants, authorization, pushed, request),
        ),
      ],
      others: [
        get("authorize", `${base}/authorize`, (request) =>
          authorize(context, authorization, request),
        ),
        get("jwks", jwksPath, () => jsonReply(200, openId.keys.jwks())),
        get("discovery", "/.well-known/openid-configuration", () =>
          jsonReply(200, openId.metadata(url, base, profile)),
        ),
        profile.apiRoute(context, ledger, {
          consentOf,
          refusalOf: (request, token) => possession?.refusalOf(request, pingUrl(), token),
        }),
        ...loginFlow.routes,
      ],
    },
    options,
  );
  url = pair.simulator.url;
  clientsUrl = pair.clientsUrl;

  return {
    ...pair.simulator,
    issuer: issuer(),
    authorizeUrl: `${url}${base}/authorize`,
    tokenUrl: tokenUrl(),
    revokeUrl: `${clientsUrl}${base}/revoke`,
    pushUrl: `${clientsUrl}${base}/par`,
    jwksUrl: `${url}${jwksPath}`,
    pingUrl: pingUrl(),
    oracle: createConsentOracle(context.journal.entries),
    users: users,
    refreshPolicy: refreshes.policy,
    registerClient: clients.register,
    rotateSecret: clients.registry.rotateSecret,
    retireOldSecrets: clients.registry.retireOldSecrets,
    rotateSigningKey: openId.keys.rotate,
    endConsents() {
      for (const consent of consents.all) consents.end(consent, "withdrawn", "revoke");
    },
  };
}

const listed = (
  scopes: readonly string[],
  { renamedScopes = {} }: Pick<AuthorizationServerOptions, "renamedScopes">,
) => scopes.map((scope) => renamedScopes[scope] ?? scope).join(" ");

const jwksPath = "/.well-known/jwks.json";

const get = (name: string, path: string, handle: SimulatedRoute["handle"]): SimulatedRoute => ({
  ...{ name, methods: ["GET"], path, handle },
});

const post = (name: string, path: string, handle: SimulatedRoute["handle"]): SimulatedRoute => ({
  ...{ name, methods: ["POST"], path, handle },
});
