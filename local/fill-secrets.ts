import type { DeployedStack } from "./aws/template/template.ts";
import { localRequester } from "./consent-providers.ts";
import type { Providers } from "./providers.ts";
import type { SecretSeeder } from "./secret-seeder.ts";
import { generateValue } from "./secret-seeder.ts";

/** Creates the template's secrets with their initial values. */
export async function createSecrets(
  secrets: SecretSeeder,
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

/** Fills in the deployed secrets as an operator would, and registers the credentials at the simulated providers. */
export async function fillSecrets(
  secrets: SecretSeeder,
  providers: Providers,
  /** The public address of the consent host, without a trailing slash. */
  consentBaseUrl: string,
): Promise<void> {
  const secret = <T extends object>(realm: string, generate: () => T) =>
    secrets.getOrGenerate(secretName(realm), generate);
  const { conferma, sendPayments, oauthServer, cfis, centrapay, keyServer } = providers;

  const confermaSecret = await secret("conferma/sandbox", () => ({
    ...client(),
    platformKey: generateValue("platform"),
  }));
  conferma.registerClient({ ...confermaSecret, platformKeys: [confermaSecret.platformKey] });
  sendPayments.registerClient(await secret("send-payments/sandbox", client));
  oauthServer.registerClient(await secret("client-credentials/acme", client));
  cfis.registerKey(await secret("cfis/staging", key));
  const { partnerProvisioningToken } = await secret("cfis-provisioning/staging", () => ({
    partnerProvisioningToken: generateValue("key"),
  }));
  cfis.registerKey({ apiKey: partnerProvisioningToken, kind: "provisioning" });
  const { apiKey } = await secret("centrapay-api-key/test", key);
  centrapay.createKey("local", "vending", "merchant-terminal", apiKey);
  keyServer.registerKey((await secret("static-key/acme", key)).apiKey);
  await fillConsentSecrets(secrets, providers, consentBaseUrl);
}

async function fillConsentSecrets(
  secrets: SecretSeeder,
  { centrapayUser, authorizationServer, connectPay }: Providers,
  consentBaseUrl: string,
): Promise<void> {
  const clientOf = async (realm: string) => ({
    ...(await secrets.getOrGenerate(secretName(realm), client)),
    name: localRequester,
    redirectUris: [`${consentBaseUrl}/callback/${realm}`],
  });
  centrapayUser.registerClient(await clientOf("centrapay-user/test"));
  authorizationServer.registerClient(await clientOf("authorization-code/acme"));
  const connectPayClient = await clientOf("connectpay/stage");
  connectPay.registerClient(connectPayClient);
  // The simulator has created a new certificate authority, which does not accept certificates of an earlier run.
  const { chain: tlsCertificateChain, privateKey: tlsPrivateKey } = connectPay.clientCertificate;
  const { clientId, clientSecret } = connectPayClient;
  await secrets.rotate(secretName("connectpay/stage"), {
    ...{ clientId, clientSecret, tlsCertificateChain, tlsPrivateKey },
  });
}

const client = () => ({ clientId: generateValue("client"), clientSecret: generateValue("secret") });
const key = () => ({ apiKey: generateValue("key") });
const secretName = (realm: string) => `token-vending/${realm}/default`;
