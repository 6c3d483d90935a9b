import type { RenewalPolicy } from "../model/provider.ts";
import type { RealmSettings } from "../platform/realm-settings.ts";
import type { RealmSummary } from "../platform/status-environment.ts";
import { providerOf } from "./catalogue.ts";
import type { IssuerContext } from "./token-exchange.ts";

/** Declaring touches neither wire nor clock: only an issuer would. */
const noWire = {} as IssuerContext;

/** When a realm's tokens may be renewed, for who issues none and knows no more of the settings than that takes. */
export function policyOf(outline: RealmSummary): RenewalPolicy {
  return providerOf(outline as RealmSettings, noWire).policy;
}
