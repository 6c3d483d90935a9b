import { composeConsents } from "./compose-consents.ts";
import { beginConsent } from "./consents/begin-consent.ts";
import { beginConsentEndpoint } from "./http/begin-consent-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";

const { dependencies, metrics, site } = await composeConsents(process.env);

const endpoint = beginConsentEndpoint({
  ...site,
  begin: (account, deadline, asked) => beginConsent(dependencies, account, deadline, asked),
});

/** Makes links for people who are to consent in this realm, and shows the pages behind them. */
export const handler = flushMetricsAfter(endpoint, metrics);
