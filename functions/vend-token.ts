import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { thenFlush } from "./platform/flush-metrics.ts";
import { measureVend } from "./vending/measure-vend.ts";
import { Memory } from "./vending/credential-cache.ts";
import { vendToken } from "./vending/vend-token.ts";

const { environment, dependencies, metrics } = compose(process.env);
const { realm } = environment;
const { clock, log } = dependencies;
const memory = new Memory();

const endpoint = vendEndpoint({
  realm,
  extraHeaders: realm.extraHeaders,
  clock,
  log,
  vend: (request, call) =>
    measureVend(dependencies, () =>
      vendToken(dependencies, memory, request, { ...call, onBehalfOf: "caller" }),
    ),
});

/** Vends the current credential of a connection of this realm. */
export const handler = thenFlush(endpoint, metrics);
