import type { compose } from "./compose.ts";
import type { ConsentDependencies } from "./consents/consent-dependencies.ts";
import { consentProgress } from "./consents/consent-progress.ts";
import type { OfferDependencies } from "./consents/offer-link.ts";
import { refusalWithLink } from "./consents/offer-link.ts";
import { askerOf } from "./http/asker.ts";
import { answerProgress } from "./http/progress-answer.ts";
import type { CallersLinks } from "./http/vend-endpoint.ts";
import type { ConsentFlow } from "./model/consent.ts";
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
  return {
    refusalWithLink: (refusal, account, { event, requestId, deadline }) =>
      refusalWithLink(deps, refusal, account, askerOf(event, requestId), deadline()),
    progress: (call) =>
      answerProgress(call, deps.realm, (connection, awaited, deadline) =>
        consentProgress(deps, connection, awaited, deadline),
      ),
  };
}
