import { localeFor } from "../../functions/http/pages/locale.ts";
import type { PageView } from "../../functions/http/pages/page-view.ts";
import type { RequesterProfile } from "../../functions/platform/consent-environment.ts";

/** A requester of whom only the name is known. */
export function aRequester(known: Partial<RequesterProfile> = {}): RequesterProfile {
  const nothing = { contact: null, privacyUrl: null, logo: null, timeZone: "UTC" };
  return { name: "Acme Bookkeeping", ...nothing, ...known };
}

/** A page of that requester for a person with this `Accept-Language`. */
export function aPageView(acceptLanguage = "en", known?: Partial<RequesterProfile>): PageView {
  return {
    realm: { provider: "connectpay", environment: "test" },
    requester: aRequester(known),
    provider: "ConnectPay",
    locale: localeFor(acceptLanguage),
  };
}
