import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { connectionOf } from "./model/connection.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { isDeployed } from "./platform/start-up-checks.ts";
import { processVending } from "./vending/one-flight.ts";
import { readAhead } from "./vending/read-ahead.ts";

const { environment, dependencies: composed, metrics } = compose(process.env);
const { realm } = environment;
// While Lambda initializes a function, it lends it more CPU than most have.
const dependencies = isDeployed(process.env)
  ? await readAhead(composed, connectionOf(realm, "default"))
  : composed;
const { clock, log } = dependencies;

const endpoint = vendEndpoint({
  ...{ realm, extraHeaders: realm.extraHeaders, clock, log },
  ...processVending(dependencies),
});

/** Vends the current credential of a connection of this realm. */
export const handler = flushMetricsAfter(endpoint, metrics);
