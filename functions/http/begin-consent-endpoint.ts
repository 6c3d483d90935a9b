import type { Context } from "aws-lambda";
import type * as v from "valibot";
import type { AskedLink, LinkForPerson } from "../model/awaited-link.ts";
import type { RealmId } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { ApiEvent } from "./api-event.ts";
import { asRestEvent, readApiEvent, readBody, readQuery } from "./api-event.ts";
import { askedOf } from "./asker.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import type { ConsentLink } from "./link-contract.ts";
import { beginBody, beginPayload, noFields } from "./link-contract.ts";
import { consentPages } from "./pages/consent-pages.ts";
import { isPageEvent } from "./pages/consent-routes.ts";
import type { ConsentSite } from "./pages/consent-site.ts";
import { linkAnswer } from "./problem.ts";
import {
  parse,
  requireAccount,
  requireConnection,
  requireMethod,
  unknownPath,
} from "./read-fields.ts";

interface BeginConsentEndpoint extends ConsentSite {
  begin(account: string, deadline: Deadline, asked: AskedLink): Promise<LinkForPerson>;
}

/** Makes links for callers with IAM's permission, and shows the pages behind the links to people. */
export function beginConsentEndpoint(site: BeginConsentEndpoint) {
  const pages = consentPages(site);
  const links = jsonEndpoint(
    site,
    async ({ event, requestId, deadline, setConnection }): Promise<ConsentLink> => {
      const { account, lifetimeSeconds, ...owner } = readBeginRequest(event, site.realm);
      setConnection(connectionOf(site.realm, account));
      const openableMs = lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1000;
      const asked = { openableMs, ...askedOf(owner, event, requestId) };
      return linkAnswer(await site.begin(account, deadline(), asked));
    },
  );
  return (event: unknown, context: Context): Promise<unknown> =>
    isPageEvent(event) ? pages(event, context) : links(asRestEvent(event), context);
}

const beginPath = /\/v1\/consents\/([^/]+)\/([^/]+)\/([^/]+?)\/?$/;

/** For which account who is to consent, and until when. Fails with `invalid-request` or `unknown-connection`, naming the field. */
function readBeginRequest(event: unknown, realm: RealmId): v.InferOutput<typeof beginPayload> {
  const api = readApiEvent(event);
  if (!api) {
    const fields = parse(beginPayload, event ?? {}, "payload");
    return { ...fields, account: requireAccount(fields.account) };
  }
  const match = beginPath.exec(api.path);
  if (!match) throw unknownPath();
  requireIam(api);
  const account = requireConnection(match, realm);
  requireMethod(api.httpMethod, "POST");
  parse(noFields, readQuery(api), "query");
  return { account, ...(api.body ? parse(beginBody, readBody(api), "body") : {}) };
}

/**
 * The pages are public, so this refuses API requests that reach the function through their HTTP API without IAM
 * authorization, even if its routes are too wide. Only an HTTP API's event has a `version`. Payload format 2.0 has the
 * IAM caller in `authorizer`, 1.0 in `identity`.
 */
function requireIam({ version, requestContext }: ApiEvent): void {
  if (version === undefined) return;
  const { authorizer, identity } = requestContext;
  if (version === "2.0" ? Object(authorizer).iam : Object(identity).userArn) return;
  const detail =
    "IAM has not authorized this caller, and links are made for authorized callers only.";
  throw new VendingError("unknown-connection", detail);
}
