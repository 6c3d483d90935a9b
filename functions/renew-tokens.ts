import { compose } from "./compose.ts";
import { renewEndpoint } from "./http/renew-endpoint.ts";
import { thenFlush } from "./platform/flush-metrics.ts";
import { renewDue } from "./vending/schedule/renew-due.ts";

const { dependencies, metrics, renewalIndex } = compose(process.env);

const endpoint = renewEndpoint({
  clock: dependencies.clock,
  renew: async (call) =>
    renewDue(dependencies, await renewalIndex(), { ...call, onBehalfOf: "schedule" }),
});

/** Renews the connections of this realm that are due within the minute, each at its instant. */
export const handler = thenFlush(endpoint, metrics);
