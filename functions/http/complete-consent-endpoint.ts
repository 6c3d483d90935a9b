import type { Context } from "aws-lambda";
import type { Connection } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { endOf } from "./consent-end.ts";
import { consentPages } from "./pages/consent-pages.ts";
import type { Call, ConsentSite } from "./pages/consent-routes.ts";
import { isPageEvent } from "./pages/consent-routes.ts";
import type { Disconnected, GrantedConsent } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { asRestEvent, readCompleteRequest } from "./read-consent-request.ts";
import { deadlineOf } from "./time-left.ts";

interface Endpoint extends ConsentSite {
  completePasted(account: string, code: Sensitive, call: Call): Promise<TokenRecord>;
  disconnect(connection: Connection, call: Call): Promise<{ readonly revoked: boolean | null }>;
}

/** Takes the provider's redirects; and, from operators, codes that were copied by hand and the wish to end a consent. */
export function completeConsentEndpoint(site: Endpoint) {
  const pages = consentPages(site);
  const operator = jsonEndpoint(
    site.log,
    async ({ event, context, signal, concerns }): Promise<GrantedConsent | Disconnected> => {
      const { account, code } = readCompleteRequest(event);
      const connection = connectionOf(site.realm, account);
      concerns(connection);
      const call = { deadlineAt: deadlineOf(context, site.clock.now()), signal };
      if (code) return grantedOf(await site.completePasted(account, code, call));
      return { connection, revoked: (await site.disconnect(connection, call)).revoked };
    },
  );
  return (event: unknown, context: Context): Promise<unknown> =>
    isPageEvent(event) ? pages(event, context) : operator(asRestEvent(event), context);
}

function grantedOf(record: TokenRecord): GrantedConsent {
  const { connection, version, consent } = record;
  return {
    connection,
    version,
    grantedScope: consent?.grantedScope ?? null,
    endsAt: endOf(record)?.toISOString() ?? null,
    customer: consent?.customer ?? null,
  };
}
