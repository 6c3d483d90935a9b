import { compose } from "./compose.ts";
import { consentDependenciesOf } from "./compose-links.ts";
import { readState } from "./consents/authorization-request.ts";
import { completeConsent } from "./consents/complete-consent.ts";
import type { ConsentDependencies } from "./consents/consent-dependencies.ts";
import { continueConsent, openLink } from "./consents/follow-link.ts";
import type { ConsentSite } from "./http/pages/consent-site.ts";
import { pageStyle } from "./http/pages/page-style.ts";
import { Sensitive } from "./model/sensitive.ts";
import type { RequesterProfile } from "./platform/consent-environment.ts";
import { readConsentEnvironment } from "./platform/consent-environment.ts";
import type { EmfMetrics } from "./platform/emf-metrics.ts";
import type { Variables } from "./platform/environment.ts";
import { StartUpError } from "./platform/environment.ts";
import { checkDeployedBaseUrl, isDeployed } from "./platform/start-up-checks.ts";

/** `compose` for the consent functions. Each of them can show every page. Fails with a `StartUpError`. */
export async function composeConsents(
  variables: Variables,
): Promise<{ dependencies: ConsentDependencies; metrics: EmfMetrics; site: ConsentSite }> {
  const composed = compose(variables);
  const { environment, dependencies, metrics } = composed;
  const { realm } = environment;
  const { consent } = dependencies.provider;
  if (!consent) throw new StartUpError(`REALM: provider: ${realm.provider} needs no consent.`);
  const { baseUrl, requester } = readConsentEnvironment(variables);
  if (isDeployed(variables)) checkDeployedBaseUrl(baseUrl);
  const deps = await consentDependenciesOf(composed, consent, baseUrl);
  return { dependencies: deps, metrics, site: siteOf(deps, requester) };
}

/** The use cases behind the pages, with their dependencies bound. */
export function siteOf(deps: ConsentDependencies, requester: RequesterProfile): ConsentSite {
  const { realm, clock, log, metrics, browserSecrets } = deps;
  return {
    realm,
    requester,
    baseUrl: deps.consentBaseUrl,
    clock,
    log,
    metrics,
    browserSecrets,
    styleHash: base64(browserSecrets.hash(new Sensitive(pageStyle))),
    openLink: (link, browser, deadline) => openLink(deps, link, browser, deadline),
    continueConsent: (link, browser, deadline) => continueConsent(deps, link, browser, deadline),
    completeConsent: (parameters, browser, deadline) =>
      completeConsent(deps, parameters, browser, deadline),
    pendingIdIn: (parameters) => readState(parameters.get("state"))?.pendingId ?? null,
    flow: () => deps.flow(),
  };
}

/** CSP 3 §2.3.1 allows base64url too, but not every browser accepts it. */
function base64(base64url: string): string {
  return Buffer.from(base64url, "base64url").toString("base64");
}
