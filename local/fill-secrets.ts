import type { ProviderId } from "../functions/providers/catalogue.ts";
import type { DeployedStack } from "./aws/template/template.ts";
import { localRequester } from "./consent-providers.ts";
import type { Providers } from "./providers.ts";
import type { SecretSeeder } from "./secret-seeder.ts";
import { generateValue } from "./secret-seeder.ts";

/** Creates the template's secrets, without values: no template may have one. */
export async function createSecrets(
  secrets: SecretSeeder,
  deployed: Pick<DeployedStack, "resourcesOf">,
): Promise<void> {
  for (const { logicalId, properties } of deployed.resourcesOf("AWS::SecretsManager::Secret")) {
    const { Name, SecretString, GenerateSecretString } = properties;
    if (typeof Name !== "string" || SecretString !== undefined || GenerateSecretString) {
      throw new Error(`${logicalId}: only secrets with a name and without a value are supported.`);
    }
    await secrets.create(Name);
  }
}

/** Fills in the deployed secrets as an operator would, and registers the credentials at the simulated providers. */
export async function fillSecrets(
  secrets: SecretSeeder,
  providers: Providers,
  /** Where a realm's provider sends people back to. */
  redirectUriOf: (realm: string) => string,
): Promise<void> {
  const keep = <T extends object>(realm: string, makeUp: () => T) =>
    secrets.getOrGenerate(secretName(realm), makeUp);
  const clientOf = async (realm: string) => ({
    ...(await keep(realm, client)),
    name: localRequester,
    redirectUris: [redirectUriOf(realm)],
  });

  const fill: Readonly<Record<ProviderId, () => Promise<unknown>>> = {
    conferma: async () => {
      const platformKey = generateValue("platform");
      const card = await keep("conferma/sandbox", () => ({ ...client(), platformKey }));
      providers.conferma.registerClient({ ...card, platformKeys: [card.platformKey] });
    },
    "send-payments": async () =>
      providers.sendPayments.registerClient(await keep("send-payments/sandbox", client)),
    "client-credentials": async () =>
      providers.oauthServer.registerClient(await keep("client-credentials/acme", client)),
    cfis: async () => providers.cfis.registerKey(await keep("cfis/staging", key)),
    "cfis-provisioning": async () => {
      const made = () => ({ partnerProvisioningToken: generateValue("key") });
      const { partnerProvisioningToken } = await keep("cfis-provisioning/staging", made);
      providers.cfis.registerKey({ apiKey: partnerProvisioningToken, kind: "provisioning" });
    },
    "centrapay-api-key": async () => {
      const { apiKey } = await keep("centrapay-api-key/test", key);
      providers.centrapay.createKey("local", "vending", "merchant-terminal", apiKey);
    },
    "static-key": async () =>
      providers.keyServer.registerKey((await keep("static-key/acme", key)).apiKey),
    "centrapay-user": async () =>
      providers.centrapayUser.registerClient(await clientOf("centrapay-user/test")),
    "authorization-code": async () =>
      providers.authorizationServer.registerClient(await clientOf("authorization-code/acme")),
    connectpay: async () => {
      const { connectPay } = providers;
      const registered = await clientOf("connectpay/stage");
      connectPay.registerClient(registered);
      // The simulator has created a new certificate authority, which does not accept certificates of an earlier run.
      const { chain: tlsCertificateChain, privateKey: tlsPrivateKey } =
        connectPay.clientCertificate;
      const { clientId, clientSecret } = registered;
      await secrets.rotate(secretName("connectpay/stage"), {
        ...{ clientId, clientSecret, tlsCertificateChain, tlsPrivateKey },
      });
    },
  };
  for (const fillOne of Object.values(fill)) await fillOne();
}

const client = () => ({ clientId: generateValue("client"), clientSecret: generateValue("secret") });
const key = () => ({ apiKey: generateValue("key") });
const secretName = (realm: string) => `token-vending/${realm}/default`;
