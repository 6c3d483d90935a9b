import type { ConnectionAnswer } from "../functions/http/contract.ts";
import type { ConnectionState } from "../functions/model/connection-status.ts";
import { formatTable } from "../local/format-table.ts";
import { relativeTime } from "./relative-time.ts";

/** All connections as a table, and what to do about those that need somebody. */
export function formatStatus(connections: readonly ConnectionAnswer[], now: Date): string {
  if (connections.length === 0) return "No connection was ever asked for.";
  const heading = [
    "connection",
    "state",
    "version",
    "usable until",
    "next renewal",
    "last failure",
  ];
  const table = formatTable(
    heading,
    connections.map((connection) => rowOf(connection, now)),
  );
  const steps = connections.flatMap(stepsFor);
  return steps.length === 0 ? table : `${table}\n\n${steps.join("\n")}`;
}

function rowOf(connection: ConnectionAnswer, now: Date): string[] {
  const { state, version, fingerprint, usableUntil, lastFailure } = connection;
  const noEnd = fingerprint === null ? "–" : "no end";
  return [
    connection.connection,
    state,
    String(version),
    usableUntil === null ? noEnd : relativeTime(usableUntil, now),
    renewalWords(connection, now),
    lastFailure ? `${lastFailure.code} ${relativeTime(lastFailure.at, now)}` : "–",
  ];
}

/** A lease that has outlived its time is nobody's: its holder has vanished. */
function renewalWords({ lease, renewAt }: ConnectionAnswer, now: Date): string {
  if (lease && Date.parse(lease.until) > now.getTime()) return `now (${lease.reason})`;
  return renewAt === null ? "–" : relativeTime(renewAt, now);
}

/** States in which somebody has to act. */
const steps: Partial<Readonly<Record<ConnectionState, (connection: string) => string>>> = {
  "consent-required": (connection) => `npm run vend -- consent ${connection}`,
  "credentials-rejected": () =>
    "put a new value into its secret: docs/operations.md#rotating-credentials",
  contested: () => "find who else issues: docs/operations.md#contested",
};

function stepsFor({ connection, state }: ConnectionAnswer): string[] {
  const step = steps[state]?.(connection);
  return step ? [`${connection}: ${step}`] : [];
}
