import type { BasicCredentialEncoding } from "../kit/client-registry.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type {
  RefreshPolicy,
  SimulatorContext,
  SimulatorOptions,
} from "../kit/simulator-context.ts";
import { createSimulatorContext, generateCredential } from "../kit/simulator-context.ts";
import type { TokenLedger } from "../kit/token-ledger.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";
import type { AuthorizationEndpoint } from "./authorization-endpoint.ts";
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
import { createRefreshLedger } from "./refresh-ledger.ts";
import type { SimulatedUser } from "./users.ts";
import { defaultUser } from "./users.ts";

export interface AuthorizationServerOptions extends SimulatorOptions {
  readonly clients?: readonly ConsentClient[];
  readonly users?: readonly SimulatedUser[];
  readonly basicEncoding?: BasicCredentialEncoding;
  /** Default: the server's own address. */
  readonly issuer?: string;
  readonly refresh?: Partial<RefreshPolicy>;
  readonly codeLifetimeMs?: number;
}

/** Routes for faults: "token", "revoke", "authorize", "jwks", "discovery", "api", and the pages. */
export interface AuthorizationServer extends Simulator {
  readonly issuer: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
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
  readonly pkce: "required" | "optional";
  readonly isAllOrNothing: boolean;
  readonly accessTokens: "signed" | "opaque";
  readonly statesIssuer: boolean;
  readonly statesScope: boolean;
  readonly onRevocation: "revoke" | "keep";
  readonly refresh: RefreshPolicy;
  readonly codeLifetimeMs: number;
  readonly notFound?: SimulatedReply;
  apiRoute(context: SimulatorContext, ledger: TokenLedger, consentOf: ConsentOf): SimulatedRoute;
}

type ConsentOf = (accessToken: string) => Consent | undefined;

export async function startAuthorizationServer(
  profile: AuthorizationServerProfile,
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { id, base, notFound } = profile;
  const { users = [defaultUser] } = options;
  const refresh = { ...profile.refresh, ...options.refresh };
  const context = createSimulatorContext({
    ...options,
    lifetimeMs: options.lifetimeMs ?? 3_600_000,
    settings: { ...options.settings, refresh },
  });
  const ledger = createTokenLedger(context, "coexist");
  const consents = createConsents(context, ledger);
  const clients = createConsentClients(options.clients ?? [], options.basicEncoding ?? "rfc6749");
  const refreshes = createRefreshLedger(context, consents, refresh, () =>
    generateCredential(context, `${id}-refresh`),
  );
  const codes = createCodeLedger(context, consents, {
    lifetimeMs: options.codeLifetimeMs ?? profile.codeLifetimeMs,
    newValue: () => generateCredential(context, `${id}-code`),
  });
  let url = "";
  const issuer = () => options.issuer ?? url;
  const openId = await createOpenId(context, issuer);
  const loginFlow = createLoginFlow(context, { ...profile, users, choosesCustomer: false });

  const authorization: AuthorizationEndpoint = {
    ...{
      clients,
      loginFlow: loginFlow,
      consents,
      codes,
      scopes: profile.scopes,
      pkce: profile.pkce,
    },
    statedIssuer: () => (profile.statesIssuer ? issuer() : undefined),
  };
  const grants: GrantEndpoint = {
    ...{ clients, consents, codes, refreshes, ledger, onRevocation: profile.onRevocation },
    newToken: (consent) =>
      profile.accessTokens === "signed"
        ? openId.accessToken(consent)
        : generateCredential(context, id),
    additionalMembers: (granted, request) => ({
      ...openId.idToken(granted, request.corruption),
      ...(profile.statesScope ? { scope: granted.consent.scopes.join(" ") } : {}),
    }),
  };
  const consentOf: ConsentOf = (token) =>
    consents.all.find((consent) => consent.id === ledger.find(token)?.revocationScope);

  const simulator = await startSimulator(
    context,
    {
      id,
      ...(notFound ? { notFound } : {}),
      routes: [
        post("token", `${base}/token`, (request) => answerGrant(context, grants, request)),
        post("revoke", `${base}/revoke`, (request) => answerRevocation(context, grants, request)),
        get("authorize", `${base}/authorize`, (request) =>
          authorize(context, authorization, request),
        ),
        get("jwks", jwksPath, () => jsonReply(200, openId.keys.jwks())),
        get("discovery", "/.well-known/openid-configuration", () =>
          jsonReply(200, openId.metadata(url, base, profile)),
        ),
        profile.apiRoute(context, ledger, consentOf),
        ...loginFlow.routes,
      ],
    },
    options,
  );
  url = simulator.url;

  return {
    ...simulator,
    issuer: issuer(),
    authorizeUrl: `${url}${base}/authorize`,
    tokenUrl: `${url}${base}/token`,
    revokeUrl: `${url}${base}/revoke`,
    jwksUrl: `${url}${jwksPath}`,
    pingUrl: `${url}/api/me`,
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

const jwksPath = "/.well-known/jwks.json";

const get = (name: string, path: string, handle: SimulatedRoute["handle"]): SimulatedRoute => ({
  ...{ name, methods: ["GET"], path, handle },
});

const post = (name: string, path: string, handle: SimulatedRoute["handle"]): SimulatedRoute => ({
  ...{ name, methods: ["POST"], path, handle },
});
