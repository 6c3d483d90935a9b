import type { GrantCredential } from "../../functions/model/consent.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest } from "../../functions/platform/http-request.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { providerOf, readRealm } from "../../functions/providers/catalogue.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { sampleAuthorizationRequest } from "./a-consent.ts";
import type { PublishedServer } from "./published-server.ts";

/** The provider of an entry of `infra/realms.ts`, as a function of it would have it. */
function providerOfEntry(entry: RealmEntry, { send }: Pick<PublishedServer, "send">) {
  const [listed] = readRealms([entry]);
  const settings = readRealm(JSON.stringify(listed?.settings));
  const newRequestId = () => crypto.randomUUID();
  return { settings, provider: providerOf(settings, { send, clock: systemClock, newRequestId }) };
}

/** The outcome of one request for a token. */
export async function issueByEntry(
  entry: RealmEntry,
  secret: object,
  server: PublishedServer,
  credential: GrantCredential | null = null,
) {
  const issuer = await providerOfEntry(entry, server).provider.issuer();
  const grant = issuer.openGrant(new Sensitive(JSON.stringify(secret)), credential);
  return grant.issue(AbortSignal.timeout(5000));
}

/** Where a person is sent to consent. */
export async function authorizeUrlOfEntry(
  entry: RealmEntry,
  secret: object,
  server: PublishedServer,
): Promise<string> {
  const flow = await providerOfEntry(entry, server).provider.consent?.();
  if (!flow) throw new Error("Nobody consents to this realm.");
  const text = new Sensitive(JSON.stringify(secret));
  return flow.authorizeUrl(text, sampleAuthorizationRequest, AbortSignal.timeout(5000));
}

/** A caller's request with what it is vended: the header with the token, and the realm's further ones. */
export async function callWithToken(
  entry: RealmEntry,
  token: string,
  server: PublishedServer,
  url: string,
): Promise<void> {
  const { settings, provider } = providerOfEntry(entry, server);
  const { headerName, scheme } = provider.presentation;
  const headers = {
    ...settings.extraHeaders,
    [headerName]: scheme === null ? token : `${scheme} ${token}`,
  };
  const request = unprintable<HttpRequest>({ method: "GET", url, headers });
  await server.send(request, AbortSignal.timeout(5000));
}
