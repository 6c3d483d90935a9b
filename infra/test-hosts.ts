import type { ProviderId, RealmInput } from "../functions/providers/catalogue.ts";

/**
 * The hosts of the providers' test environments, subdomains included, as docs/providers/ has them. Not here: providers
 * that have one host for both or do not publish them, and the generic ones.
 */
const testHosts: Readonly<Partial<Record<ProviderId, readonly string[]>>> = {
  conferma: ["cert-confermapay.com"],
  "send-payments": ["sendpayments.dev"],
  cfis: ["staging-integrations.confirmafinance.com"],
  "cfis-provisioning": ["staging-integrations.confirmafinance.com"],
  connectpay: ["api-stage.connectpay.com", "api2-stage.connectpay.com"],
};

const productionEnvironments = ["production", "prod", "live"];

/** Throws for a production realm that would ask a test environment, naming the setting and its address. */
export function refuseTestHosts(settings: RealmInput): void {
  if (!productionEnvironments.includes(settings.environment)) return;
  for (const [name, value] of Object.entries(settings)) {
    const host = URL.parse(String(value))?.hostname;
    const isTest = testHosts[settings.provider]?.some(
      (known) => host === known || host?.endsWith(`.${known}`),
    );
    if (isTest) throw new Error(`${name}: ${value} ${meansTest}`);
  }
}

const meansTest =
  "is in a test environment of this provider. Put its production address, or name the environment differently. " +
  "If you mean it, add `allowTestHosts: true` to the realm.";
