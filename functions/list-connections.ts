import { composeStatus } from "./compose.ts";
import { statusEndpoint } from "./http/status-endpoint.ts";
import { listConnections } from "./vending/list-connections.ts";

const status = await composeStatus(process.env);

/** Lists the status of every connection of the deployment, page by page; never a token, sealed or not. */
export const handler = statusEndpoint({
  clock: status.clock,
  log: status.log,
  fingerprint: status.fingerprint,
  list: (request, signal) => listConnections(status, request, signal),
});
