import type { RealmId } from "../../model/connection.ts";
import type { ConsentFlow } from "../../model/consent.ts";
import type { ConsentProviderId } from "../../model/provider-id.ts";
import { needsConsent } from "../../model/provider-id.ts";

/** What people call a provider; null for one that is configured only, whose host has to do. */
const names: Readonly<Record<ConsentProviderId, string | null>> = {
  "centrapay-user": "Centrapay",
  connectpay: "ConnectPay",
  "authorization-code": null,
};

/** A provider as people know it, and the host of its pages. */
export function providerInWords(
  { provider }: RealmId,
  { origin }: ConsentFlow,
): { name: string; host: string } {
  const host = new URL(origin).host;
  return { name: (needsConsent(provider) ? names[provider] : null) ?? host, host };
}
