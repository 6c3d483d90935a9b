import { shippedIncidents } from "./console/revoke-and-rotate.ts";
import { fillSecrets } from "./fill-secrets.ts";
import type { PlayedRealms } from "./played-realms.ts";
import type { ProviderOptions, Providers } from "./providers.ts";
import { startProviders } from "./providers.ts";

/** A realm of each provider of the catalogue. */
export type ShippedRealms = PlayedRealms & Providers;

export async function startShippedRealms(options: ProviderOptions): Promise<ShippedRealms> {
  const providers = await startProviders(options);
  const { conferma, sendPayments, cfis, centrapay, oauthServer, keyServer } = providers;
  const { centrapayUser, connectPay, authorizationServer } = providers;
  return {
    ...providers,
    confermaApi: conferma.pingUrl,
    notPlayed: [],
    // What they do to a token of an earlier run is part of what is shown.
    beginAnew: [],
    addresses: [
      ["Conferma", conferma.url],
      ["Send Payments", sendPayments.url],
      ["CFIS", cfis.url],
      ["Centrapay", centrapay.url],
      ["OAuth server (client credentials)", oauthServer.url],
      ["API with static keys", keyServer.url],
      ["Centrapay login", centrapayUser.url],
      ["ConnectPay", connectPay.url],
      ["OpenID provider", authorizationServer.url],
    ],
    fillSecrets: (secrets, redirectUriOf) => fillSecrets(secrets, providers, redirectUriOf),
    incidents(secrets) {
      const ofProvider = shippedIncidents(providers, secrets);
      return ({ settings }) => ofProvider[settings.provider];
    },
  };
}
