import type { ConnectionAnswer } from "../functions/http/status-contract.ts";
import { allConnections } from "./all-connections.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { parseConnection, parseRealm } from "./parse-arguments.ts";

/** A realm, connections by name (also such as the table does not know), or everything. */
interface Targets {
  readonly realms: readonly (string | null)[];
  /** Null: all connections of the realms. */
  readonly connections: readonly string[] | null;
}

export function parseTargets(args: readonly string[]): Targets {
  const [first, ...others] = args;
  if (first === undefined) return { realms: [null], connections: null };
  if (others.length === 0 && first.split("/").length === 2) {
    return { realms: [parseRealm(first)], connections: null };
  }
  const parsed = args.map(parseConnection);
  return {
    realms: [...new Set(parsed.map(({ realm }) => realm))],
    connections: [...new Set(parsed.map(({ connection }) => connection))],
  };
}

/** The targets by name, each with its status, which is null where the table does not know it. */
export async function findTargets(
  functions: DeployedFunctions,
  { realms, connections }: Targets,
): Promise<{ connection: string; status: ConnectionAnswer | null }[]> {
  const known = new Map<string, ConnectionAnswer>();
  for (const realm of realms) {
    for (const status of await allConnections(functions, realm)) {
      known.set(status.connection, status);
    }
  }
  return [...(connections ?? known.keys())].map((connection) => ({
    connection,
    status: known.get(connection) ?? null,
  }));
}
