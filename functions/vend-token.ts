import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { connectionOf } from "./model/connection.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { isDeployed } from "./platform/start-up-checks.ts";
import { processVending } from "./vending/process-vending.ts";
import { warmUp } from "./vending/warm-up.ts";

const { environment, dependencies, metrics } = compose(process.env);
const { realm } = environment;
const { clock, log, processName } = dependencies;
// While Lambda initializes a function, it has more CPU than afterwards. Most callers ask for this account.
if (isDeployed(process.env)) await warmUp(dependencies, connectionOf(realm, "default"));

const endpoint = vendEndpoint({
  realm,
  extraHeaders: realm.extraHeaders,
  clock,
  log,
  processName,
  metrics,
  ...processVending(dependencies),
});

/** Vends the current credential of a connection of this realm. */
export const handler = flushMetricsAfter(endpoint, metrics);
