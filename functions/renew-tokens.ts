import { compose } from "./compose.ts";
import { renewEndpoint } from "./http/renew-endpoint.ts";
import { renewDue } from "./vending/renew-due.ts";

const { dependencies, renewalIndex } = compose(process.env);

/** Renews the connections of this realm that are due within the minute, each at its instant. */
export const handler = renewEndpoint({
  clock: dependencies.clock,
  renew: async (call) =>
    renewDue(dependencies, await renewalIndex(), { ...call, onBehalfOf: "schedule" }),
});
