import { composeStatus } from "./compose.ts";
import { statusEndpoint } from "./http/status-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { listConnections } from "./vending/list-connections.ts";

const status = await composeStatus(process.env, "list-connections");

const { clock, log, metrics, fingerprint } = status;

const endpoint = statusEndpoint({
  ...{ clock, log, metrics, fingerprint },
  list: (request, signal) => listConnections(status, request, signal),
});

/** Lists the status of every connection of the deployment, page by page; never a token, sealed or not. */
export const handler = flushMetricsAfter(endpoint, metrics);
