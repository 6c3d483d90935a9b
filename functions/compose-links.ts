import type { compose } from "./compose.ts";
import type { ConsentDependencies } from "./consents/consent-dependencies.ts";
import { consentProgress } from "./consents/consent-progress.ts";
import type { OfferDependencies } from "./consents/offer-link.ts";
import { offerLink } from "./consents/offer-link.ts";
import type { CallersLinks } from "./http/vend-endpoint.ts";
import { connectionOf } from "./model/connection.ts";
import type { ConsentFlow } from "./model/consent.ts";
import { describeError, VendingError } from "./model/errors.ts";
import { nodeBrowserSecrets } from "./platform/node-browser-secrets.ts";

type Composed = ReturnType<typeof compose>;

/** The dependencies of the consent use cases. */
export async function consentDependenciesOf(
  { environment: { realm }, dependencies, pendingConsents }: Composed,
  flow: () => Promise<ConsentFlow>,
  baseUrl: string,
): Promise<ConsentDependencies> {
  return {
    ...dependencies,
    pendingConsents: await pendingConsents(),
    browserSecrets: nodeBrowserSecrets,
    consentBaseUrl: baseUrl,
    openableMs: "linkLifetimeSeconds" in realm ? realm.linkLifetimeSeconds * 1000 : 0,
    flow,
  };
}

/** What `vend-token` does for callers about links. */
export async function composeLinks(
  composed: Composed,
  flow: () => Promise<ConsentFlow>,
  baseUrl: string,
): Promise<CallersLinks> {
  const [deps, linkOffers] = await Promise.all([
    consentDependenciesOf(composed, flow, baseUrl),
    composed.linkOffers(),
  ]);
  return linksOf({ ...deps, linkOffers });
}

/** The use cases of callers who get links, with their dependencies bound. */
export function linksOf(deps: OfferDependencies): CallersLinks {
  const { realm, log } = deps;
  return {
    async refusalWithLink(refusal, account, deadline) {
      try {
        const link = await offerLink(deps, account, deadline);
        return new VendingError(refusal.code, refusal.message, null, link);
      } catch (error) {
        // The caller is told why there is no token; why there is no link either is for the operator.
        const connection = connectionOf(realm, account);
        log.warn("link-not-made", { connection, ...describeError(error) });
        return refusal;
      }
    },
    progress: (connection, awaited, deadline) =>
      consentProgress(deps, connection, awaited, deadline),
  };
}
