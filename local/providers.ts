import type { ProviderId, RealmInput } from "../functions/providers/catalogue.ts";
import type { ConsentProviders } from "./consent-providers.ts";
import { consentRealmsOf, startConsentProviders } from "./consent-providers.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { LocalPorts } from "./ports.ts";
import { portOption } from "./ports.ts";
import type { Centrapay } from "./simulators/centrapay/centrapay.ts";
import { startCentrapay } from "./simulators/centrapay/centrapay.ts";
import type { Cfis } from "./simulators/cfis/cfis.ts";
import { startCfis } from "./simulators/cfis/cfis.ts";
import type { Conferma } from "./simulators/conferma/conferma.ts";
import { startConferma } from "./simulators/conferma/conferma.ts";
import type { Simulator } from "./simulators/kit/simulator.ts";
import type { KeyServer } from "./simulators/oauth/key-server.ts";
import { startKeyServer } from "./simulators/oauth/key-server.ts";
import type { OAuthServer } from "./simulators/oauth/oauth-server.ts";
import { startOAuthServer } from "./simulators/oauth/oauth-server.ts";
import type { SendPayments } from "./simulators/send-payments/send-payments.ts";
import { startSendPayments } from "./simulators/send-payments/send-payments.ts";

export interface Providers extends ConsentProviders {
  readonly realms: readonly LocalRealm[];
  readonly conferma: Conferma;
  readonly sendPayments: SendPayments;
  readonly cfis: Cfis;
  readonly centrapay: Centrapay;
  readonly oauthServer: OAuthServer;
  readonly keyServer: KeyServer;
  /** PEM: the authority that functions have to trust besides the machine's own. */
  readonly certificateAuthority: string;
  stop(): Promise<void>;
}

export interface ProviderOptions {
  /** Lifetime of every simulated token (default: one hour for consent realms, else five minutes). */
  readonly lifetimeMs?: number;
  /** Deadline of one provider call (default: each realm's own default). */
  readonly deadlineMs?: number;
  /** Default: free ports. */
  readonly ports?: LocalPorts;
}

/** Starts the simulators, without any client, and returns their realms. */
export async function startProviders(options: ProviderOptions = {}): Promise<Providers> {
  const { lifetimeMs = 300_000, deadlineMs, ports = {} } = options;
  const at = (name: keyof LocalPorts) => portOption(ports[name]);
  const conferma = await startConferma({ lifetimeMs, ...at("conferma") });
  const sendPayments = await startSendPayments({ lifetimeMs, ...at("sendPayments") });
  const oauthServer = await startOAuthServer({ lifetimeMs, ...at("oauthServer") });
  const cfis = await startCfis({ environment: "staging", ...at("cfis") });
  const centrapay = await startCentrapay(at("centrapay"));
  const keyServer = await startKeyServer({ headerName: "X-Acme-Key", ...at("keyServer") });
  const consents = await startConsentProviders(options.lifetimeMs, ports);

  const common = deadlineMs === undefined ? {} : { deadlineMs };
  const probed = { apiBaseUrl: cfis.url, probePath: "/api/v1/partner/validate" };
  const realm = (settings: RealmInput, simulator: Simulator & { readonly pingUrl: string }) => ({
    settings: { ...settings, ...common },
    simulator,
    pingUrl: simulator.pingUrl,
  });
  const ofConsents = consentRealmsOf(consents, common);
  const realms: Readonly<Record<ProviderId, LocalRealm>> = {
    conferma: realm(
      { provider: "conferma", environment: "sandbox", tokenUrl: conferma.tokenUrl },
      conferma,
    ),
    "send-payments": realm(
      { provider: "send-payments", environment: "sandbox", tokenUrl: sendPayments.tokenUrl },
      sendPayments,
    ),
    cfis: realm({ provider: "cfis", environment: "staging", ...probed }, cfis),
    "cfis-provisioning": realm(
      { provider: "cfis-provisioning", environment: "staging", apiBaseUrl: cfis.url },
      cfis,
    ),
    "centrapay-api-key": realm(
      { provider: "centrapay-api-key", environment: "test", apiBaseUrl: centrapay.url },
      centrapay,
    ),
    "client-credentials": realm(
      { provider: "client-credentials", environment: "acme", tokenUrl: oauthServer.tokenUrl },
      oauthServer,
    ),
    "static-key": realm(
      { provider: "static-key", environment: "acme", headerName: "X-Acme-Key" },
      keyServer,
    ),
    ...ofConsents,
  };
  return {
    realms: Object.values(realms),
    ...consents,
    certificateAuthority: consents.connectPay.authority.certificate,
    conferma,
    sendPayments,
    cfis,
    centrapay,
    oauthServer,
    keyServer,
    async stop() {
      const all = new Set(Object.values(realms).map(({ simulator }) => simulator));
      await Promise.all([...all].map((simulator) => simulator.stop()));
    },
  };
}
