import type { ProviderId } from "../functions/model/provider-id.ts";

/** What an operator has to watch: a client that issues tokens, a key that ends, or a consent that ends. */
interface Kind {
  readonly is: "client" | "key" | "consent";
  /** What a token lives, as far as the provider is known; an alarm counts issues by it. */
  readonly lifetimeSeconds?: number;
}

export const providerKinds: Readonly<Record<ProviderId, Kind>> = {
  conferma: { is: "client", lifetimeSeconds: 300 },
  "send-payments": { is: "client", lifetimeSeconds: 300 },
  "client-credentials": { is: "client", lifetimeSeconds: 300 },
  cfis: { is: "key" },
  "cfis-provisioning": { is: "key" },
  "centrapay-api-key": { is: "key" },
  "static-key": { is: "key" },
  "centrapay-user": { is: "consent" },
  connectpay: { is: "consent" },
  "authorization-code": { is: "consent" },
};
