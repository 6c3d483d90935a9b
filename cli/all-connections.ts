import type { ConnectionAnswer, ConnectionPage } from "../functions/http/status-contract.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";

/** The status of all connections of a realm, or of the deployment where that is null: every page. */
export async function allConnections(
  functions: DeployedFunctions,
  realm: string | null,
): Promise<ConnectionAnswer[]> {
  const connections: ConnectionAnswer[] = [];
  let cursor: string | null = null;
  do {
    const payload = { ...(realm ? { realm } : {}), ...(cursor ? { cursor } : {}) };
    const page: ConnectionPage = await functions.invoke("list-connections", null, payload);
    connections.push(...page.connections);
    cursor = page.cursor;
  } while (cursor !== null);
  return connections;
}
