import { compose } from "./compose.ts";
import { renewEndpoint } from "./http/renew-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { renewDue } from "./vending/schedule/renew-due.ts";

const { dependencies, metrics, renewalIndex } = compose(process.env);

const endpoint = renewEndpoint({
  clock: dependencies.clock,
  renew: async (deadline) => renewDue(dependencies, await renewalIndex(), deadline),
});

/** Renews the connections of this realm that are due within the next minute, each when it is due. */
export const handler = flushMetricsAfter(endpoint, metrics);
