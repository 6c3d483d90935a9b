import type { Context } from "aws-lambda";
import { connectionOf } from "../model/connection.ts";
import { consentPages } from "./pages/consent-pages.ts";
import type { Call, ConsentSite } from "./pages/consent-routes.ts";
import { isPageEvent } from "./pages/consent-routes.ts";
import type { ConsentLink } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { asRestEvent, readBeginRequest } from "./read-consent-request.ts";
import { deadlineOf } from "./time-left.ts";

interface Endpoint extends ConsentSite {
  begin(account: string, call: Call): Promise<{ url: string; expiresAt: Date }>;
}

/** Makes links, for callers that IAM lets in; and shows people the pages behind them. */
export function beginConsentEndpoint(site: Endpoint) {
  const pages = consentPages(site);
  const links = jsonEndpoint(
    site.log,
    async ({ event, context, signal, concerns }): Promise<ConsentLink> => {
      const account = readBeginRequest(event, site.realm);
      concerns(connectionOf(site.realm, account));
      const call = { deadlineAt: deadlineOf(context, site.clock.now()), signal };
      const { url, expiresAt } = await site.begin(account, call);
      return { url, expiresAt: expiresAt.toISOString() };
    },
  );
  return (event: unknown, context: Context): Promise<unknown> =>
    isPageEvent(event) ? pages(event, context) : links(asRestEvent(event), context);
}
