import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { processVending } from "./vending/one-flight.ts";

const { environment, dependencies, metrics } = compose(process.env);
const { realm } = environment;
const { clock, log } = dependencies;

const endpoint = vendEndpoint({
  ...{ realm, extraHeaders: realm.extraHeaders, clock, log },
  ...processVending(dependencies),
});

/** Vends the current credential of a connection of this realm. */
export const handler = flushMetricsAfter(endpoint, metrics);
