import type { Context } from "aws-lambda";
import type { Connection } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { AskedConsent } from "../model/consent.ts";
import type { Disconnection } from "../model/consent-outcome.ts";
import { Sensitive } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { consentEndsAt } from "../model/token-record.ts";
import { asRestEvent, readApiEvent } from "./api-event.ts";
import { askedOf } from "./asker.ts";
import type { Disconnected, GrantedConsent } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import type { OwnerFields } from "./link-contract.ts";
import { disconnectPayload, pastePayload } from "./link-contract.ts";
import { consentPages } from "./pages/consent-pages.ts";
import { isPageEvent } from "./pages/consent-routes.ts";
import type { ConsentSite } from "./pages/consent-site.ts";
import { parse, requireAccount, unknownPath } from "./read-fields.ts";

interface CompleteConsentEndpoint extends ConsentSite {
  completePasted(
    account: string,
    code: Sensitive,
    deadline: Deadline,
    asked: AskedConsent,
  ): Promise<TokenRecord>;
  disconnect(connection: Connection, deadline: Deadline): Promise<Disconnection>;
}

/** Takes the provider's redirects, and operators' requests to redeem a copied code or to end a consent. */
export function completeConsentEndpoint(site: CompleteConsentEndpoint) {
  const pages = consentPages(site);
  const operator = jsonEndpoint(
    site,
    async ({
      event,
      requestId,
      deadline,
      setConnection,
    }): Promise<GrantedConsent | Disconnected> => {
      const { account, code, ...owner } = readCompleteRequest(event);
      const connection = connectionOf(site.realm, account);
      setConnection(connection);
      if (code) {
        const asked = askedOf(owner, event, requestId);
        return grantedOf(await site.completePasted(account, code, deadline(), asked));
      }
      return disconnectedOf(connection, await site.disconnect(connection, deadline()));
    },
  );
  return (event: unknown, context: Context): Promise<unknown> =>
    isPageEvent(event) ? pages(event, context) : operator(asRestEvent(event), context);
}

/** An operator's request, by direct invocation only: to redeem a code or, without one, to end the consent. */
function readCompleteRequest(
  event: unknown,
): OwnerFields & { account: string; code: Sensitive | null } {
  if (readApiEvent(event)) throw unknownPath();
  if (typeof event === "object" && event !== null && "disconnect" in event) {
    const { account } = parse(disconnectPayload, event, "payload");
    return { account: requireAccount(account), code: null };
  }
  const { account, code, ...owner } = parse(pastePayload, event ?? {}, "payload");
  return { ...owner, account: requireAccount(account), code: new Sensitive(code) };
}

function disconnectedOf(connection: Connection, { ended }: Disconnection): Disconnected {
  if (!ended) {
    const detail = "There was no consent, and no token was stored: nothing was ended.";
    return { connection, revoked: null, detail, wasEmpty: true };
  }
  const { revocation } = ended;
  const told = revocation
    ? `The provider ${revocation.answer}.`
    : "The provider was not told: it has no revocation endpoint here (revokeUrl), or no token was left.";
  const detail = `Token and consent are deleted here. ${told}`;
  return { connection, revoked: revocation?.isRevoked ?? null, detail };
}

function grantedOf(record: TokenRecord): GrantedConsent {
  const { connection, version, consent } = record;
  return {
    connection,
    version,
    grantedScope: consent?.grantedScope ?? null,
    endsAt: consentEndsAt(record)?.toISOString() ?? null,
    customer: consent?.customer ?? null,
    ...(consent?.details && { details: consent.details }),
  };
}
