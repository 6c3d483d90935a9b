import { composeConsents } from "./compose-consents.ts";
import { completePastedCode } from "./consents/complete-pasted-code.ts";
import { completeConsentEndpoint } from "./http/complete-consent-endpoint.ts";
import { thenFlush } from "./platform/flush-metrics.ts";
import { disconnect } from "./consents/disconnect.ts";

const { dependencies, metrics, site } = await composeConsents(process.env);

const endpoint = completeConsentEndpoint({
  ...site,
  completePasted: (account, code, call) =>
    completePastedCode(dependencies, account, code, { ...call, onBehalfOf: "caller" }),
  disconnect: (connection, call) =>
    disconnect(dependencies, connection, { ...call, onBehalfOf: "caller" }),
});

/** Takes the redirects of this realm's provider, codes that were copied by hand, and the wish to end a consent. */
export const handler = thenFlush(endpoint, metrics);
