import type { TLSSocket } from "node:tls";
import type { CertificateAndKey, CertificateAuthority } from "../kit/certificates.ts";
import { createCertificateAuthority, fingerprintOfCertificate } from "../kit/certificates.ts";
import { createCredentialVerifier, protectedRoute, readBearer } from "../kit/protected-route.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type {
  RefreshPolicy,
  SimulatorContext,
  SimulatorOptions,
} from "../kit/simulator-context.ts";
import { createSimulatorContext } from "../kit/simulator-context.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";
import { createCodeLedger } from "../oauth/code-ledger.ts";
import type { ConsentClient } from "../oauth/consent-clients.ts";
import { createConsentClients } from "../oauth/consent-clients.ts";
import type { ConsentOracle } from "../oauth/consent-oracle.ts";
import { createConsentOracle } from "../oauth/consent-oracle.ts";
import { createConsents } from "../oauth/consents.ts";
import { createLoginFlow } from "../oauth/login-flow.ts";
import { createRefreshLedger } from "../oauth/refresh-ledger.ts";
import type { SimulatedUser } from "../oauth/users.ts";
import { defaultUser } from "../oauth/users.ts";
import type { ConnectPayTraits } from "./connectpay-authorize.ts";
import { authorizePsd2 } from "./connectpay-authorize.ts";
import { bankingRoute, openApiSettingsPath } from "./connectpay-banking.ts";
import type { ConnectPayTokens } from "./connectpay-tokens.ts";
import { answerRevoke, answerToken } from "./connectpay-tokens.ts";

export interface ConnectPayOptions extends SimulatorOptions {
  /** Only the hostnames of `redirectUris` are compared. */
  readonly clients?: readonly (ConsentClient & { readonly clientSecret: string })[];
  readonly users?: readonly SimulatedUser[];
  /** Of the host for servers, as `port` is of the one for browsers (default: 0, a free port). */
  readonly serverPort?: number;
  readonly traits?: Partial<ConnectPayTraits>;
  readonly refresh?: Partial<RefreshPolicy>;
  /** Host of the bank's web app, which differs from that of the authorization endpoint (default: `localhost`). */
  readonly webAppHost?: string;
  /** Signs the server's and the client's certificates (default: a new authority). */
  readonly authority?: CertificateAuthority;
  /**
   * How a caller without a certificate of the authority is refused: with a TLS alert (the default), which it may see as
   * a
   * closed connection, or with a 403. `off` serves plain http.
   */
  readonly mutualTls?: "alert" | "forbidden" | "off";
}

/**
 * Two hosts with different paths: one for browsers (`url`), one for servers over mTLS. Routes for faults: "token",
 * "revoke", "api" on the latter; "authorize", "sign-in", "customer", "consent", "banking" on the former.
 */
export interface ConnectPay extends Simulator {
  readonly authorizeUrl: string;
  readonly openApiSettingsUrl: string;
  readonly serverUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
  /** Over mTLS. */
  readonly pingUrl: string;
  readonly oracle: ConsentOracle;
  readonly users: readonly SimulatedUser[];
  /** Can be changed by assignment. */
  readonly traits: ConnectPayTraits;
  readonly refreshPolicy: RefreshPolicy;
  readonly authority: CertificateAuthority;
  /** The registered certificate, for the secret's `tlsCertificateChain` and `tlsPrivateKey`. */
  readonly clientCertificate: CertificateAndKey;
  registerClient(client: ConsentClient & { readonly clientSecret: string }): void;
  /** From now on only this certificate is accepted. */
  registerCertificate(chain: string): void;
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
  retireOldSecrets(clientId: string): void;
  /** Ends all consents, as if the user had withdrawn them in online banking. */
  endConsents(): void;
}

export async function startConnectPay(options: ConnectPayOptions = {}): Promise<ConnectPay> {
  const { users = [defaultUser], mutualTls = "alert", serverPort: port = 0 } = options;
  const refresh = { ...refreshPolicy, ...options.refresh };
  const context = createSimulatorContext({
    ...options,
    lifetimeMs: options.lifetimeMs ?? 3_600_000,
    settings: { ...options.settings, refresh },
  });
  const authority =
    options.authority ?? (await createCertificateAuthority("Simulated ConnectPay CA"));
  const clientCertificate = await authority.issueClient("token-vending");
  const newValue = () => generateUuid(context);
  const traits = { ...documentedTraits, ...options.traits };
  const registered = new Map((options.clients ?? []).map((client) => [client.clientId, client]));

  const ledger = createTokenLedger(context, "coexist");
  const consents = createConsents(context, ledger);
  const clients = createConsentClients([...registered.values()], "raw");
  const codes = createCodeLedger(context, consents, { lifetimeMs: dayMs, newValue });
  const refreshes = createRefreshLedger(context, consents, refresh, newValue);
  const loginFlow = createLoginFlow(context, {
    ...{ provider: "ConnectPay", users, choosesCustomer: true, isAllOrNothing: false },
  });
  let registeredCertificate = fingerprintOfCertificate(clientCertificate.chain);
  let webAppUrl = "";

  const tokens: ConnectPayTokens = {
    ...{ clients, consents, codes, refreshes, ledger, traits, newToken: newValue },
    isRegisteredCertificate: (request) =>
      mutualTls === "off" || certificateOf(request) === registeredCertificate,
  };
  const authorization = {
    ...{ traits, clients, loginFlow, consents, codes, webAppUrl: () => webAppUrl },
  };

  const server = await startSimulator(
    context,
    {
      id: "connectpay",
      routes: [
        route("token", "POST", `${base}/token`, (request) => answerToken(context, tokens, request)),
        route("revoke", "POST", `${base}/revoke`, (request) =>
          answerRevoke(context, tokens, request),
        ),
        protectedRoute({
          name: "api",
          path: "/v1/ping",
          verifier: createCredentialVerifier(context, ledger),
          readCredential: readBearer,
          authorize: (request) =>
            tokens.isRegisteredCertificate(request) ? undefined : "forbidden",
          refuse: (reason) =>
            jsonReply(reason === "forbidden" ? 403 : 401, { error: "invalid_token" }),
        }),
      ],
    },
    mutualTls === "off"
      ? { port }
      : {
          port,
          tls: {
            ...asTlsOptions(await authority.issueServer()),
            ca: authority.certificate,
            requestCert: true,
            rejectUnauthorized: mutualTls === "alert",
          },
        },
  );
  const browser = await startSimulator(
    context,
    {
      id: "connectpay",
      partner: server,
      routes: [
        route("authorize", "GET", `${base}/authorize`, (request) =>
          authorizePsd2(context, authorization, request),
        ),
        bankingRoute(context, { ...authorization, clients: () => [...registered.values()] }),
        ...loginFlow.routes,
      ],
    },
    options,
  );
  // As at the bank, the web app has another origin than the authorization endpoint.
  webAppUrl = browser.url.replace("127.0.0.1", options.webAppHost ?? "localhost");

  return {
    ...browser,
    authorizeUrl: `${browser.url}${base}/authorize`,
    openApiSettingsUrl: `${webAppUrl}${openApiSettingsPath}`,
    serverUrl: server.url,
    tokenUrl: `${server.url}${base}/token`,
    revokeUrl: `${server.url}${base}/revoke`,
    pingUrl: `${server.url}/v1/ping`,
    oracle: createConsentOracle(context.journal.entries),
    ...{ users: users, traits, authority, clientCertificate, refreshPolicy: refreshes.policy },
    registerClient(client) {
      registered.set(client.clientId, client);
      clients.register(client);
    },
    registerCertificate(chain) {
      registeredCertificate = fingerprintOfCertificate(chain);
    },
    rotateSecret: clients.registry.rotateSecret,
    retireOldSecrets: clients.registry.retireOldSecrets,
    endConsents() {
      for (const consent of consents.all) consents.end(consent, "withdrawn", "revoke");
    },
  };
}

const base = "/auth/v1/oauth2";
const dayMs = 86_400_000;

const documentedTraits: ConnectPayTraits = {
  flowIdParameter: "flowid",
  authorizeAnswer: 301,
  mixedScopes: "page",
  oldAccessToken: "kept",
};

const refreshPolicy: RefreshPolicy = {
  lifetimeMs: 30 * dayMs,
  countsFrom: "refresh",
  rotation: "rotate",
  graceMs: 0,
};

const route = (
  name: string,
  method: string,
  path: string,
  handle: SimulatedRoute["handle"],
): SimulatedRoute => ({
  ...{ name, methods: [method], path, handle },
});

const asTlsOptions = ({ chain, privateKey }: CertificateAndKey) => ({
  cert: chain,
  key: privateKey,
});

/** Undefined if there is none, or if it is not the authority's. */
function certificateOf({ incoming }: SimulatedRequest): string | undefined {
  const socket = incoming.socket as TLSSocket;
  return socket.authorized ? socket.getPeerCertificate().fingerprint256 : undefined;
}

/** A random UUID (RFC 9562 §5.4) from the simulator's own source of randomness. */
function generateUuid({ random }: SimulatorContext): string {
  const bytes = random(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
