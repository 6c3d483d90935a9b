import { localRequester } from "../consent-providers.ts";
import { startCentrapayUser } from "../simulators/centrapay/centrapay-user.ts";
import { startConnectPay } from "../simulators/connectpay/connectpay.ts";
import type { AuthorizationServer } from "../simulators/oauth/authorization-server.ts";
import type { SettingsOfProvider, StartPlayer } from "./declared-realm.ts";
import { clientIn, newClient, replaceAt } from "./play-tokens.ts";

export const playCentrapayUser: StartPlayer<SettingsOfProvider<"centrapay-user">> = async (
  _settings,
  { lifetimeMs = 3_600_000, port },
) => {
  const server = await startCentrapayUser({ lifetimeMs, port });
  const { issuer, jwksUrl } = server;
  return {
    ...personPlayer(server),
    addresses: { ...addressesOf(server), issuer, jwksUrl, apiBaseUrl: server.url },
    makeUpSecret: async () => newClient(),
    fits: (kept) => Boolean(kept["clientSecret"]),
    register: (secret, redirectUri) =>
      server.registerClient({
        ...{ ...clientIn(secret), name: localRequester, redirectUris: [redirectUri] },
      }),
  };
};

export const playConnectPay: StartPlayer<SettingsOfProvider<"connectpay">> = async (
  { flowIdParameter },
  { authority, lifetimeMs = 3_600_000, port, serverPort },
) => {
  // Its documentation writes it in two ways.
  const traits = { flowIdParameter: flowIdParameter === "flowId" ? "flowId" : "flowid" } as const;
  const server = await startConnectPay({ authority, lifetimeMs, port, serverPort, traits });
  const { chain, privateKey } = server.clientCertificate;
  return {
    ...personPlayer(server),
    tls: { ca: authority.certificate, cert: chain, key: privateKey },
    addresses: { ...addressesOf(server), apiBaseUrl: server.serverUrl },
    makeUpSecret: async () => ({
      ...{ ...newClient(), tlsCertificateChain: chain, tlsPrivateKey: privateKey },
    }),
    // Each run has an authority of its own.
    fits: (kept) => kept["tlsCertificateChain"] === chain,
    register: (secret, redirectUri) =>
      server.registerClient({
        ...{ ...clientIn(secret), name: localRequester, redirectUris: [redirectUri] },
      }),
  };
};

type PersonServer = Pick<
  AuthorizationServer,
  "authorizeUrl" | "tokenUrl" | "revokeUrl" | "pingUrl" | "users" | "endConsents" | "rotateSecret"
> &
  Pick<AuthorizationServer, "url" | "journal">;

function addressesOf({ authorizeUrl, tokenUrl, revokeUrl }: PersonServer) {
  return { authorizeUrl, tokenUrl, revokeUrl };
}

function personPlayer<Server extends PersonServer>(simulator: Server) {
  const [user] = simulator.users;
  return {
    ...{ simulator, pingUrl: simulator.pingUrl },
    ...(user ? { user } : {}),
    replace: replaceAt.bind(null, simulator),
    revoke: () => simulator.endConsents(),
  };
}
