import { composeConsents } from "./compose-consents.ts";
import { beginConsent } from "./consents/begin-consent.ts";
import { beginConsentEndpoint } from "./http/begin-consent-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";

const { dependencies, metrics, site } = await composeConsents(process.env);

const endpoint = beginConsentEndpoint({
  ...site,
  begin: (account, deadline) => beginConsent(dependencies, account, deadline),
});

/** Makes the link for a person who is to consent to an account of this realm, and shows the page behind it. */
export const handler = flushMetricsAfter(endpoint, metrics);
