import type { Context } from "aws-lambda";
import { connectionOf } from "../model/connection.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { ConsentLink } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { consentPages } from "./pages/consent-pages.ts";
import type { ConsentSite } from "./pages/consent-routes.ts";
import { isPageEvent } from "./pages/consent-routes.ts";
import { asRestEvent, readBeginRequest } from "./read-consent-request.ts";

interface BeginConsentEndpoint extends ConsentSite {
  begin(account: string, deadline: Deadline): Promise<{ url: string; expiresAt: Date }>;
}

/** Makes links, for callers that IAM lets in; and shows people the pages behind them. */
export function beginConsentEndpoint(site: BeginConsentEndpoint) {
  const pages = consentPages(site);
  const links = jsonEndpoint(
    site,
    async ({ event, deadline, setConnection }): Promise<ConsentLink> => {
      const account = readBeginRequest(event, site.realm);
      setConnection(connectionOf(site.realm, account));
      const { url, expiresAt } = await site.begin(account, deadline);
      return { url, expiresAt: expiresAt.toISOString() };
    },
  );
  return (event: unknown, context: Context): Promise<unknown> =>
    isPageEvent(event) ? pages(event, context) : links(asRestEvent(event), context);
}
