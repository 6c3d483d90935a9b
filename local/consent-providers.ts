import type { ConsentProviderId } from "../functions/providers/catalogue.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { LocalPorts } from "./ports.ts";
import { portOption } from "./ports.ts";
import type { CentrapayUser } from "./simulators/centrapay/centrapay-user.ts";
import { startCentrapayUser } from "./simulators/centrapay/centrapay-user.ts";
import type { ConnectPay } from "./simulators/connectpay/connectpay.ts";
import { startConnectPay } from "./simulators/connectpay/connectpay.ts";
import { startAuthorizationCodeServer } from "./simulators/oauth/authorization-code.ts";
import type { AuthorizationServer } from "./simulators/oauth/authorization-server.ts";
import type { SimulatedUser } from "./simulators/oauth/users.ts";

/** The simulated providers that need a person's consent. */
export interface ConsentProviders {
  readonly centrapayUser: CentrapayUser;
  readonly connectPay: ConnectPay;
  readonly authorizationServer: AuthorizationServer;
}

/** The requester's name on the consent pages. */
export const localRequester = "Token vending on this machine";

/** Starts the simulators, without any client. */
export async function startConsentProviders(
  lifetimeMs?: number,
  ports: LocalPorts = {},
): Promise<ConsentProviders> {
  const lifetime = lifetimeMs === undefined ? {} : { lifetimeMs };
  const at = (name: keyof LocalPorts) => ({ ...lifetime, ...portOption(ports[name]) });
  const centrapayUser = await startCentrapayUser(at("centrapayUser"));
  const authorizationServer = await startAuthorizationCodeServer(at("authorizationServer"));
  const { connectPayServer: serverPort = 0 } = ports;
  const connectPay = await startConnectPay({ ...at("connectPay"), serverPort });
  return { centrapayUser, connectPay, authorizationServer };
}

/** The realms of these providers, each with a user who can consent. */
export function consentRealmsOf(
  { centrapayUser, connectPay, authorizationServer }: ConsentProviders,
  common: { readonly deadlineMs?: number },
): Readonly<Record<ConsentProviderId, LocalRealm>> {
  return {
    "centrapay-user": {
      settings: {
        provider: "centrapay-user",
        environment: "test",
        issuer: centrapayUser.issuer,
        ...addressesOf(centrapayUser),
        jwksUrl: centrapayUser.jwksUrl,
        ...common,
      },
      simulator: centrapayUser,
      pingUrl: centrapayUser.pingUrl,
      ...firstUserOf(centrapayUser),
    },
    connectpay: {
      settings: {
        provider: "connectpay",
        environment: "stage",
        ...addressesOf(connectPay),
        scopes: ["psd2-ais", "psd2-pis"],
        ...common,
      },
      simulator: connectPay,
      pingUrl: connectPay.pingUrl,
      tls: {
        ca: connectPay.authority.certificate,
        cert: connectPay.clientCertificate.chain,
        key: connectPay.clientCertificate.privateKey,
      },
      ...firstUserOf(connectPay),
    },
    "authorization-code": {
      settings: {
        provider: "authorization-code",
        environment: "acme",
        issuer: authorizationServer.issuer,
        ...addressesOf(authorizationServer),
        jwksUrl: authorizationServer.jwksUrl,
        scopes: ["openid", "read", "write"],
        ...common,
      },
      simulator: authorizationServer,
      pingUrl: authorizationServer.pingUrl,
      ...firstUserOf(authorizationServer),
    },
  };
}

type Addresses = Record<"authorizeUrl" | "tokenUrl" | "revokeUrl", string>;

const addressesOf = ({ authorizeUrl, tokenUrl, revokeUrl }: Addresses): Addresses => ({
  ...{ authorizeUrl, tokenUrl, revokeUrl },
});

function firstUserOf({ users: [user] }: { users: readonly SimulatedUser[] }): {
  user?: SimulatedUser;
} {
  return user ? { user } : {};
}
