import type { LocalRealm } from "./local-realm.ts";
import type { SecretBook } from "./secret-book.ts";
import { madeUp } from "./secret-book.ts";
import { startAuthorizationCodeServer } from "./simulators/authorization-code.ts";
import type { AuthorizationServer } from "./simulators/authorization-server.ts";
import type { CentrapayUser } from "./simulators/centrapay-user.ts";
import { startCentrapayUser } from "./simulators/centrapay-user.ts";
import type { ConnectPay } from "./simulators/connectpay.ts";
import { startConnectPay } from "./simulators/connectpay.ts";
import type { Person } from "./simulators/people.ts";

/** The providers at which a person consents. */
export interface ConsentProviders {
  readonly centrapayUser: CentrapayUser;
  readonly connectPay: ConnectPay;
  readonly authorizationServer: AuthorizationServer;
}

interface ConsentProviderOptions {
  readonly lifetimeMs?: number | undefined;
  /** Where people are sent back to, without a trailing slash. */
  readonly consentBaseUrl: string;
}

/** What people are told that asks for their consent. */
export const requester = "Token vending on this machine";

/** Starts them with the client credentials that Secrets Manager holds. */
export async function startConsentProviders(
  secrets: SecretBook,
  { lifetimeMs, consentBaseUrl }: ConsentProviderOptions,
): Promise<ConsentProviders> {
  const clientOf = async (realm: string) => ({
    ...(await secrets.keep(secretOf(realm), client)),
    name: requester,
    redirectUris: [`${consentBaseUrl}/callback/${realm}`],
  });
  const lifetime = lifetimeMs === undefined ? {} : { lifetimeMs };

  const centrapayUser = await startCentrapayUser({
    ...lifetime,
    clients: [await clientOf("centrapay-user/test")],
  });
  const authorizationServer = await startAuthorizationCodeServer({
    ...lifetime,
    clients: [await clientOf("authorization-code/acme")],
  });
  const connectPayClient = await clientOf("connectpay/stage");
  const connectPay = await startConnectPay({
    ...lifetime,
    clients: [connectPayClient],
  });
  // The bank has made itself another authority, which knows no certificate of an earlier run.
  const { chain: tlsCertificateChain, privateKey: tlsPrivateKey } = connectPay.clientCertificate;
  const { clientId, clientSecret } = connectPayClient;
  await secrets.rotate(secretOf("connectpay/stage"), {
    ...{ clientId, clientSecret, tlsCertificateChain, tlsPrivateKey },
  });
  return { centrapayUser, connectPay, authorizationServer };
}

/** Their realms, of which each has someone who can consent. */
export function realmsOfConsents({
  centrapayUser,
  connectPay,
  authorizationServer,
}: ConsentProviders): LocalRealm[] {
  return [
    {
      settings: {
        provider: "centrapay-user",
        environment: "test",
        issuer: centrapayUser.issuer,
        ...addressesOf(centrapayUser),
        jwksUrl: centrapayUser.jwksUrl,
      },
      simulator: centrapayUser,
      pingUrl: centrapayUser.pingUrl,
      ...someoneAt(centrapayUser),
    },
    {
      settings: {
        provider: "connectpay",
        environment: "stage",
        ...addressesOf(connectPay),
        scopes: ["psd2-ais", "psd2-pis"],
      },
      simulator: connectPay,
      pingUrl: connectPay.pingUrl,
      tls: {
        ca: connectPay.authority.certificate,
        cert: connectPay.clientCertificate.chain,
        key: connectPay.clientCertificate.privateKey,
      },
      ...someoneAt(connectPay),
    },
    {
      settings: {
        provider: "authorization-code",
        environment: "acme",
        issuer: authorizationServer.issuer,
        ...addressesOf(authorizationServer),
        jwksUrl: authorizationServer.jwksUrl,
        scopes: ["openid", "read", "write"],
      },
      simulator: authorizationServer,
      pingUrl: authorizationServer.pingUrl,
      ...someoneAt(authorizationServer),
    },
  ];
}

type Addresses = Record<"authorizeUrl" | "tokenUrl" | "revokeUrl", string>;

const addressesOf = ({ authorizeUrl, tokenUrl, revokeUrl }: Addresses): Addresses => ({
  ...{ authorizeUrl, tokenUrl, revokeUrl },
});

function someoneAt({ people: [person] }: { people: readonly Person[] }): { person?: Person } {
  return person ? { person } : {};
}

const client = () => ({ clientId: madeUp("client"), clientSecret: madeUp("secret") });
const secretOf = (realm: string) => `token-vending/${realm}/default`;
