import { composeConsents } from "./compose-consents.ts";
import { completePastedCode } from "./consents/complete-pasted-code.ts";
import { disconnect } from "./consents/disconnect.ts";
import { completeConsentEndpoint } from "./http/complete-consent-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";

const { dependencies, metrics, site } = await composeConsents(process.env);

const endpoint = completeConsentEndpoint({
  ...site,
  completePasted: (account, code, deadline, asked) =>
    completePastedCode(dependencies, account, code, deadline, asked),
  disconnect: (connection, deadline) => disconnect(dependencies, connection, deadline),
});

/** Takes the redirects of this realm's provider, and operators' requests to redeem a copied code or to end a consent. */
export const handler = flushMetricsAfter(endpoint, metrics);
