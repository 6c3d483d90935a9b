import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { CredentialCache } from "./vending/credential-cache.ts";
import { measureVend } from "./vending/measure-vend.ts";
import { vendToken } from "./vending/vend-token.ts";

const { environment, dependencies, metrics } = compose(process.env);
const { realm } = environment;
const { clock, log } = dependencies;
const cache = new CredentialCache(clock);

const endpoint = vendEndpoint({
  realm,
  extraHeaders: realm.extraHeaders,
  clock,
  log,
  vend: (request, deadline) =>
    measureVend(dependencies, () => vendToken(dependencies, cache, request, deadline)),
});

/** Vends the current credential of a connection of this realm. */
export const handler = flushMetricsAfter(endpoint, metrics);
