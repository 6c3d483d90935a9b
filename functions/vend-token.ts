import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { CredentialCache } from "./vending/credential-cache.ts";
import { measureVend } from "./vending/measure-vend.ts";
import { shareFlights } from "./vending/one-flight.ts";

const { environment, dependencies, metrics } = compose(process.env);
const { realm } = environment;
const { clock, log } = dependencies;
const vend = shareFlights(dependencies, new CredentialCache(clock));

const endpoint = vendEndpoint({
  realm,
  extraHeaders: realm.extraHeaders,
  clock,
  log,
  vend: (request, deadline) => measureVend(dependencies, () => vend(request, deadline)),
});

/** Vends the current credential of a connection of this realm. */
export const handler = flushMetricsAfter(endpoint, metrics);
