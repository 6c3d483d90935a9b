import type { DeployedStack } from "./aws/template/template.ts";
import { requester } from "./consent-providers.ts";
import type { Providers } from "./providers.ts";
import type { SecretBook } from "./secret-book.ts";
import { madeUp } from "./secret-book.ts";

/** Creates the template's secrets, with the values that it gives them. */
export async function createSecrets(
  secrets: SecretBook,
  deployed: Pick<DeployedStack, "resourcesOf">,
): Promise<void> {
  for (const { logicalId, properties } of deployed.resourcesOf("AWS::SecretsManager::Secret")) {
    const { Name, SecretString } = properties;
    if (typeof Name !== "string" || typeof SecretString !== "string") {
      throw new Error(`${logicalId}: only secrets with a name and a value are supported.`);
    }
    await secrets.create(Name, SecretString);
  }
}

/** What an operator does once the secrets are deployed: fills them in with what each provider has handed out. */
export async function fillSecrets(
  secrets: SecretBook,
  providers: Providers,
  /** Where people are sent back to after a consent, without a trailing slash. */
  consentBaseUrl: string,
): Promise<void> {
  const keep = <T extends object>(realm: string, makeUp: () => T) =>
    secrets.keep(secretOf(realm), makeUp);
  const { conferma, sendPayments, oauthServer, cfis, centrapay, keyServer } = providers;

  const card = await keep("conferma/sandbox", () => ({
    ...client(),
    platformKey: madeUp("platform"),
  }));
  conferma.registerClient({ ...card, platformKeys: [card.platformKey] });
  sendPayments.registerClient(await keep("send-payments/sandbox", client));
  oauthServer.registerClient(await keep("client-credentials/acme", client));
  cfis.registerKey(await keep("cfis/staging", key));
  const { partnerProvisioningToken } = await keep("cfis-provisioning/staging", () => ({
    partnerProvisioningToken: madeUp("key"),
  }));
  cfis.registerKey({ apiKey: partnerProvisioningToken, kind: "provisioning" });
  const { apiKey } = await keep("centrapay-api-key/test", key);
  centrapay.createKey("local", "vending", "merchant-terminal", apiKey);
  keyServer.registerKey((await keep("static-key/acme", key)).apiKey);
  await fillThoseOfConsents(secrets, providers, consentBaseUrl);
}

async function fillThoseOfConsents(
  secrets: SecretBook,
  { centrapayUser, authorizationServer, connectPay }: Providers,
  consentBaseUrl: string,
): Promise<void> {
  const clientOf = async (realm: string) => ({
    ...(await secrets.keep(secretOf(realm), client)),
    name: requester,
    redirectUris: [`${consentBaseUrl}/callback/${realm}`],
  });
  centrapayUser.registerClient(await clientOf("centrapay-user/test"));
  authorizationServer.registerClient(await clientOf("authorization-code/acme"));
  const connectPayClient = await clientOf("connectpay/stage");
  connectPay.registerClient(connectPayClient);
  // The bank has made itself another authority, which knows no certificate of an earlier run.
  const { chain: tlsCertificateChain, privateKey: tlsPrivateKey } = connectPay.clientCertificate;
  const { clientId, clientSecret } = connectPayClient;
  await secrets.rotate(secretOf("connectpay/stage"), {
    ...{ clientId, clientSecret, tlsCertificateChain, tlsPrivateKey },
  });
}

const client = () => ({ clientId: madeUp("client"), clientSecret: madeUp("secret") });
const key = () => ({ apiKey: madeUp("key") });
const secretOf = (realm: string) => `token-vending/${realm}/default`;
