import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { Memory } from "./vending/memory.ts";
import { vendToken } from "./vending/vend-token.ts";

const { environment, dependencies } = compose(process.env);
const { realm } = environment;
const { clock, log } = dependencies;
const memory = new Memory();

/** Vends the current credential of a connection of this realm. */
export const handler = vendEndpoint({
  realm,
  extraHeaders: realm.extraHeaders,
  clock,
  log,
  vend: (request, call) =>
    vendToken(dependencies, memory, request, { ...call, onBehalfOf: "caller" }),
});
